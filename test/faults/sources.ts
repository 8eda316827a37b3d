import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { badExports } from "./bad-exports";
import { growing, swapping, vanishing } from "./changing-files";
import type { Fault } from "./fault";
import { oddKinds, oddNames, unreadableOddNames } from "./odd-files";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** The source: what cannot be read, what changes meanwhile, odd names and kinds of files, and what is no good export. */
export const sources: readonly Fault[] = [
  {
    id: "S1",
    storage: "local",
    injection: "a file that may not be read (mode 000, as user 65534)",
    expected: "3, the snapshot is marked as partial, retention is skipped",
    inject: (scene) => unreadable(scene, async (path) => writeFile(path("secret.zip"), "x", { mode: 0 })),
  },
  {
    id: "S1",
    storage: "local",
    injection: "a folder that may not be read (mode 000, as user 65534)",
    expected: "3, the snapshot is marked as partial, retention is skipped",
    inject: (scene) => unreadable(scene, async (path) => void (await mkdir(path("secret"), { mode: 0 }))),
  },
  {
    id: "S1",
    storage: "local",
    injection: "a whole volume that may not be read (as user 65534)",
    expected: "65, and no snapshot",
    inject: async (scene) => {
      const env = { BACKUP_PATH: scene.world.path("volume") };
      await mkdir(env.BACKUP_PATH);
      await writeFile(join(env.BACKUP_PATH, "export.zip"), "x");
      await scene.good("backup.sh", { asNobody: true });
      await chmod(env.BACKUP_PATH, 0);
      const outcome = await scene.run("backup.sh", { asNobody: true, env });
      await chmod(env.BACKUP_PATH, 0o755);
      scene.older.clear();
      return ended(outcome, 65, /cannot be read/);
    },
  },
  {
    id: "S2",
    storage: "local",
    injection: "files vanish while they are backed up",
    expected: "75, or 0 or 3 if it was too late or too early to see; what was there all the time is in the snapshot",
    inject: vanishing,
  },
  {
    id: "S2",
    storage: "local",
    injection: "a file grows while it is backed up",
    expected: "75, and the snapshot, which restores, is marked as partial",
    inject: growing,
  },
  {
    id: "S2",
    storage: "local",
    injection: "a file becomes a folder, and a folder a file, again and again",
    expected: "75, or 0 or 3; the snapshot restores",
    inject: swapping,
  },
  {
    id: "S2",
    storage: "local",
    injection: "FIFO, socket, broken link, loop of links, hard links, extended attributes, a sparse file of 1 GiB",
    expected: "0, and none of them hangs; all are restored",
    inject: oddKinds,
  },
  {
    id: "S2",
    storage: "S3",
    injection: "the same, on S3",
    expected: "0, and none of them hangs; all are restored",
    inject: oddKinds,
  },
  {
    id: "S3",
    storage: "local",
    injection: "names: 255 bytes, line end, leading dash, not UTF-8, blanks, *, `$(…)`, backquotes, quotes",
    expected: "byte for byte the same after restore.sh; no shell expands them",
    inject: oddNames,
  },
  {
    id: "S3",
    storage: "local",
    injection: "the same names, of which none may be read (as user 65534)",
    expected: "3; one report in one line, which is JSON; no shell expands them",
    inject: unreadableOddNames,
  },
  {
    id: "S4",
    storage: "local",
    injection: "100,000 files of 1 KiB in one folder",
    expected: "0; restore.sh gives all of them back",
    inject: manyFiles,
  },
  ...badExports.map(
    ({ injection, expected, code, words, env, prepare }): Fault => ({
      id: "S5",
      storage: "local",
      injection,
      expected,
      inject: async (scene) => {
        const mend = await prepare(scene);
        const seen = ended(await scene.run("backup.sh", { ...(env === undefined ? {} : { env }) }), code, words);
        const more = (await scene.snapshots()).length - scene.older.size;
        assert.equal(more, code === 0 ? 1 : 0, "snapshots written");
        await mend?.();
        await scene.write("next-night.zip", 10_000);
        return seen;
      },
    }),
  ),
];

async function unreadable(scene: Scene, make: (path: (name: string) => string) => Promise<void>): Promise<string> {
  const path = (name: string) => join(scene.world.source, name);
  // The world belongs to user 65534 from here on, and so do the files of these snapshots.
  scene.older.clear();
  await make(path);
  await scene.good("backup.sh");
  const outcome = await scene.run("backup.sh", { asNobody: true, env: { BACKUP_RETENTION: "--keep-last=1" } });
  const seen = ended(outcome, 3);
  assert.match(outcome.report.retention as string, /skipped/);
  const newest = JSON.parse(await scene.world.restic("snapshots", "--json", "--no-lock")).at(-1);
  assert.deepEqual(newest.tags, ["partial"]);
  for (const name of await readdir(scene.world.source)) {
    await chmod(path(name), 0o755);
  }
  return seen;
}

async function manyFiles(scene: Scene): Promise<string> {
  const [folder, many] = [join(scene.world.source, "many"), 100_000];
  await mkdir(folder);
  for (let file = 0; file < many; file++) {
    await writeFile(join(folder, `${file}`), Buffer.alloc(1024, `${file} `));
  }
  await scene.good("backup.sh");
  const { report } = await scene.good("restore.sh");
  assert.equal((await readdir(join(scene.world.target, "many"))).length, many);
  await rm(scene.world.target, { recursive: true });
  await rm(folder, { recursive: true });
  return `exit 0, and ${report.files} files restored`;
}
