import assert from "node:assert/strict";
import { mkdir, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { snapshots } from "../nights";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { until } from "../test-repository";
import { backedUp, forNobodyBut, inPlaceOf, restored } from "./restore-trials";

interface Trial {
  readonly what: string;
  /** Where its directory lies. */
  readonly folder: string;
  readonly side: string;
  readonly holds: readonly string[];
  readonly restorePath?: string;
  readonly exit?: 65;
}

/** Of a world whose source is `source/export`. */
const trials: readonly Trial[] = [
  { what: "a move into the source", folder: "source/export", side: "in", holds: ["placing"], exit: 65 },
  { what: "one below it", folder: "source/export/sub", side: "in", holds: ["placing"], exit: 65 },
  { what: "one that is marked as done", folder: "source/export", side: "in", holds: ["old/.file"], exit: 65 },
  { what: "what came late", folder: "source/export", side: "in", holds: ["later.2/file"], exit: 65 },
  { what: "one without a mark", folder: "source/export", side: "", holds: ["placing"], exit: 65 },
  { what: "one of a directory in it", folder: "source/export", side: "beside sub", holds: ["placing"], exit: 65 },
  { what: "a move of the source itself", folder: "source", side: "beside export", holds: ["placing"], exit: 65 },
  { what: "one of what is above it", folder: "", side: "beside source", holds: ["placing"], exit: 65 },
  { what: "one that moves it, too", folder: "source", side: "in", holds: ["placing", "old/export/f"], exit: 65 },
  { what: "one that moves what is beside it", folder: "source", side: "in", holds: ["placing", "old/other/f"] },
  { what: "one of its neighbour", folder: "source", side: "beside exports", holds: ["placing"] },
  { what: "one that moves nothing yet", folder: "source/export", side: "in", holds: ["new/file", "names"] },
  {
    what: "one into what is left out",
    folder: "source/export/import",
    side: "in",
    holds: ["placing"],
    restorePath: "source/export/import",
  },
  {
    what: "one to what is left out",
    folder: "source/export",
    side: "beside import",
    holds: ["placing"],
    restorePath: "source/export/import",
  },
];

describe("unfinished-restores.sh", function () {
  this.timeout(240_000);

  inBothShells("backs up nothing of which a part is in the directory of a restore", async (world) => {
    const env = await withSource(world);
    let count = (await snapshots(world)).length;
    for (const { what, folder, side, holds, restorePath, exit } of trials) {
      const directory = await leave(world, folder, side, holds);
      const used = restorePath === undefined ? env : { ...env, RESTORE_PATH: world.path(restorePath) };
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: used });
      assert.equal(exitCode, exit ?? 0, `${what}: ${output}`);
      if (exit === undefined) {
        count++;
      } else {
        assert.match(report.message, /^A restore has not finished moving its files into .*, so nothing was backed up/);
        assert.ok(report.message.includes(`a part of the source is in ${directory}`), report.message);
      }
      assert.equal((await snapshots(world)).length, count, what);
      await rm(directory, { recursive: true });
    }
  });

  inBothShells("names the restore where the source is missing for that reason", async (world) => {
    const env = await withSource(world);
    const directory = await leave(world, "source", "beside export", ["placing", "new/file"]);
    await rename(world.path("source/export"), world.path("gone"));
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 65);
    assert.ok(
      report.message.includes(`run restore.sh again with RESTORE_PATH=${world.path("source/export")},`),
      report.message,
    );
    // It may be alive.
    await utimes(join(directory, "restic-backup-restore"), new Date(), new Date());
    const second = await world.run("backup.sh", [], { env });
    assert.equal(second.exitCode, 75);
    assert.match(second.report.message, /^A restore is moving its files into .* right now, so nothing was backed up/);
  });

  inBusybox("is seen by another user as soon as the move begins", async (world) => {
    await backedUp(world);
    await writeFile(join(world.source, "jira.zip"), "clash");
    const once = world.path("once");
    const env = await inPlaceOf(
      world,
      "mv",
      `case "$*" in *-n*/old*) : >"${once}"; sleep 20 ;; esac; exec "$real" "$@"`,
    );
    const running = world.start("restore.sh", [], { env: { ...env, RESTORE_PATH: world.source } });
    await until("the move", async () => (await readdir(world.folder)).includes("once"));
    process.kill(-running.pid, "SIGKILL");
    await running.outcome;
    const staging = (await readdir(world.source)).find((name) => name.startsWith(".restic-")) as string;
    await forNobodyBut(world, [join(world.source, staging), 0]);
    const { exitCode, output } = await world.start("backup.sh", [], { asNobody: true }).outcome;
    assert.equal(exitCode, 75, output);
    await restored(world, 0, { env: { RESTORE_PATH: world.source } });
    await backedUp(world, { env: { BACKUP_CHECK_ZIP: "no" } });
  });
});

async function withSource(world: World): Promise<Record<string, string>> {
  const source = world.path("source/export");
  await mkdir(join(source, "sub"), { recursive: true });
  await writeFile(join(source, "sub", "file"), "x");
  const env = { BACKUP_PATH: source };
  await backedUp(world, { env });
  return env;
}

/** What a restore leaves when it is killed while it moves. Its mark is older than one that is alive. */
async function leave(world: World, folder: string, side: string, holds: readonly string[]): Promise<string> {
  const directory = join(world.folder, folder, ".restic-backup-restore.abcdef");
  for (const entry of holds) {
    await mkdir(dirname(join(directory, entry)), { recursive: true });
    await writeFile(join(directory, entry), "x");
  }
  if (side !== "") {
    const mark = join(directory, "restic-backup-restore");
    await writeFile(mark, `A restore.\nhost pid:[1]\n1 1\n1\n${side}\n`);
    await utimes(mark, Date.now() / 1000 - 200, Date.now() / 1000 - 200);
  }
  return directory;
}
