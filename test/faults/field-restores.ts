import assert from "node:assert/strict";
import { chmod, link, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../scripts/checked-report";
import { manifest } from "../scripts/manifest";
import { writeSnapshots } from "../support/write-snapshots";
import type { Fault } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** Restores that failed, or came back as something else; all with the rights of the pods. */
export const fieldRestores: readonly Fault[] = [
  {
    id: "rA3",
    storage: "local",
    injection:
      "stock restic beside the scripts: restore latest after a check, and forget --group-by host --keep-last 1",
    expected: "latest is the newest data, and forget leaves it",
    inject: stockRestic,
  },
  {
    id: "rS10",
    storage: "local",
    injection: "the target holds a directory of mode 0555 under the same name, as user 65534",
    expected: "all is in place, or all is as it was",
    inject: (scene) => allOrNothing(scene, (sub) => chmod(sub, 0o555), true),
  },
  {
    id: "rS10",
    storage: "local",
    injection: "a mount point in the target under the same name",
    expected: "all is in place, or all is as it was",
    inject: (scene) => allOrNothing(scene, (sub) => scene.mount(sub, "-t", "tmpfs", "-o", "size=64k", "tmpfs")),
  },
  {
    id: "rS14",
    storage: "local",
    injection:
      "an hour that came twice (New York) and an evening without a last hour (Nuuk), asked for by their clocks",
    expected: "the last moment that the words can mean",
    inject: oddHours,
  },
  {
    id: "rS21",
    storage: "local",
    injection: "a directory .restic-restore of the user's own, in the snapshot and in the target",
    expected: "it is restored as any other, and what was there is moved aside",
    inject: ownDirectory,
  },
  {
    id: "rB6",
    storage: "local",
    injection: "a 20 MB file with 6 names, into a volume of 64 MB",
    expected: "it fits, as one file with 6 names",
    inject: hardLinks,
  },
];

async function stockRestic(scene: Scene): Promise<string> {
  const { world } = scene;
  const newest = (await scene.good("backup.sh")).report.snapshot as string;
  await scene.good("check.sh");
  const latest = async (...filter: string[]) => {
    await world.restic("restore", "--no-lock", "latest", ...filter, "--target", world.target);
    assert.deepEqual(await manifest(join(world.target, world.source)), await manifest(world.source));
    await rm(world.target, { recursive: true });
  };
  await latest();
  await latest("--host", "jira-backup");
  await latest("--path", world.source);
  await world.restic("forget", "--quiet", "--group-by", "host", "--keep-last", "1");
  assert.deepEqual(await scene.snapshots(), [newest]);
  scene.older.clear();
  return "latest with and without --host and --path, and forget: the newest data";
}

async function allOrNothing(
  scene: Scene,
  make: (sub: string) => Promise<(() => Promise<void>) | void>,
  asNobody = false,
): Promise<string> {
  const { world } = scene;
  for (const root of [world.source, world.target]) {
    await mkdir(join(root, "sub"), { recursive: true });
    await writeFile(join(root, "sub", "file"), `of ${root}`);
    await writeFile(join(root, "a-file"), `of ${root}`);
  }
  await scene.good("backup.sh", { asNobody });
  const undo = await make(join(world.target, "sub"));
  const before = await manifest(world.target);
  const outcome = await scene.run("restore.sh", { asNobody });
  const after = await manifest(world.target);
  if (outcome.exitCode === 0) {
    assert.equal(await readFile(join(world.target, "sub", "file"), "utf8"), `of ${world.source}`);
    assert.equal(await readFile(join(world.target, "a-file"), "utf8"), `of ${world.source}`);
  } else {
    const staging = Buffer.from(".restic-backup-restore.").toString("hex");
    assert.deepEqual(
      after.filter((line) => !line.startsWith(staging)),
      before,
      `a mix of old and new:\n${outcome.output}`,
    );
  }
  await undo?.();
  await scene.good("backup.sh", { asNobody });
  return ended(outcome, [0, 1]);
}

async function oddHours(scene: Scene): Promise<string> {
  const { world } = scene;
  const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as [{ tree: string }];
  const files = [...scene.older.values()][0] as string[];
  const times = ["2025-11-02T05:50:00Z", "2025-11-02T06:10:00Z", "2025-11-02T07:10:00Z", "2026-03-29T00:30:00Z"];
  const specs = times.map((time) => ({ time, host: "jira-backup", paths: [world.source], tree }));
  const ids = writeSnapshots(world.repository, secrets[0] as string, specs);
  const chosen = async (asked: string, TZ: string) => {
    const { report } = await scene.good("restore.sh", { args: [asked], env: { TZ } });
    assert.deepEqual(await manifest(world.target), files);
    await rm(world.target, { recursive: true });
    return ids.indexOf(report.snapshot as string);
  };
  assert.equal(await chosen("2025-11-02 01:30", "America/New_York"), 1);
  assert.equal(await chosen("2026-03-28", "America/Nuuk"), 3);
  await world.restic("forget", "--quiet", ...ids);
  return "the later 01:30; the last moment of the day";
}

async function ownDirectory(scene: Scene): Promise<string> {
  const { world } = scene;
  const [source, target] = [world.source, world.target].map((root) => join(root, ".restic-restore")) as [
    string,
    string,
  ];
  await mkdir(source);
  await writeFile(join(source, "file"), "of the source");
  await mkdir(target, { recursive: true });
  await writeFile(join(target, "mine"), "of the user");
  await scene.good("backup.sh");
  const { output } = await scene.good("restore.sh");
  assert.equal(await readFile(join(target, "file"), "utf8"), "of the source");
  const aside = (await readdir(world.target)).find((name) => name.startsWith("before-restore-"));
  assert.ok(aside, output);
  assert.equal(await readFile(join(world.target, aside, ".restic-restore", "mine"), "utf8"), "of the user");
  await rm(world.target, { recursive: true });
  return "restored; what was there is moved aside";
}

async function hardLinks(scene: Scene): Promise<string> {
  const { world } = scene;
  await scene.write("one.bin", 20_000_000);
  for (let name = 2; name <= 6; name++) {
    await link(join(world.source, "one.bin"), join(world.source, `${name}.bin`));
  }
  await scene.good("backup.sh");
  await mkdir(world.target);
  const unmount = await scene.mount(world.target, "-t", "tmpfs", "-o", "size=64m", "tmpfs");
  await scene.good("restore.sh");
  assert.deepEqual(await manifest(world.target), await manifest(world.source));
  assert.equal((await stat(join(world.target, "one.bin"))).nlink, 6);
  await unmount();
  return "one file with 6 names";
}
