import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { makeTree } from "../support/make-tree";
import { type SnapshotSpec, writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import type { Outcome, World } from "./shell-under-test";
import { inBusybox } from "./shell-under-test";
import { withRepository } from "./test-repository";

/** Every command at the size that a repository of ten years has, and at that of a large tree. `bench/` has a million files. */
describe("scale", function () {
  this.timeout(300_000);

  inBusybox("10,000 snapshots are no trouble for any command", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--quiet", "--host", "jira-backup", world.source);
    const others = await tenYears(world);
    const good = runner(world);

    await good("init.sh");
    const backup = await good("backup.sh", [], { BACKUP_RETENTION: "--keep-last=9996", BACKUP_MAX_SHRINK: "50" });
    assert.equal(backup.report.retention, "9996 snapshots kept, 5 removed");
    const list = await good("restore.sh", ["--list"]);
    assert.match(list.output, new RegExp(`^${others.at(-1)?.slice(0, 8)} .*`, "m"));
    assert.match(list.report.message, /9996/);
    assert.equal((await restored(world, good)).report.snapshot, backup.report.snapshot);
    const id = others[9] as string;
    assert.equal((await restored(world, good, id.slice(0, 12))).report.snapshot, id);
    await good("check.sh");
    assert.equal((await good("check.sh", [], { BACKUP_CHECK_PARTS: "7" })).report.part, 2);
    await good("prune.sh");

    const othersOnly = await world.run("prune.sh", [], { env: { BACKUP_HOST: "nobody" } });
    assert.equal(othersOnly.exitCode, 65, othersOnly.output);
  });

  inBusybox("retention removes thousands of snapshots, in as many nights as it needs", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--quiet", "--host", "jira-backup", world.source);
    await tenYears(world);
    const good = runner(world);
    const kept = [];
    for (let night = 0; night < 2; night++) {
      const { report } = await good("backup.sh", [], { BACKUP_RETENTION: "--keep-last=7" });
      kept.push(Number(/^\d+/.exec(report.retention ?? "")?.[0]));
    }
    assert.deepEqual(kept, [5001, 7]);
  });

  inBusybox("a tree of 100,000 files is no trouble for any command", async (world) => {
    await withRepository(world);
    makeTree(join(world.source, "tree"), 100_000);
    const good = runner(world);
    const settings = { BACKUP_MIN_FILES: "100000", BACKUP_MAX_SHRINK: "50", BACKUP_RETENTION: "--keep-last=7" };

    await good("init.sh");
    const first = await good("backup.sh", [], settings);
    assert.equal(first.report.files, 100_001);
    await good("restore.sh", ["--list"]);
    const { report } = await restored(world, good, first.report.snapshot as string);
    assert.deepEqual([report.snapshot, report.files], [first.report.snapshot, 100_001]);
    assert.equal((await good("backup.sh", [], settings)).report.files, 100_001);
    await good("check.sh");
    await good("prune.sh");
  });
});

type Good = (script: string, args?: readonly string[], env?: Record<string, string>) => Promise<Outcome>;

function runner(world: World): Good {
  return async (script, args = [], env = {}) => {
    const outcome = await world.run(script, args, { env });
    assert.equal(outcome.exitCode, 0, `${script}: ${outcome.output.slice(-3000)}`);
    return outcome;
  };
}

/** All that is in the source comes back, byte for byte. */
async function restored(world: World, good: Good, ...args: string[]): Promise<Outcome> {
  const outcome = await good("restore.sh", args);
  await execa("diff", ["-r", world.source, world.target]);
  await execa("rm", ["-r", world.target]);
  return outcome;
}

/** 9,999 snapshots of what the only one holds, and what a check noted each night. Results in their ids, oldest first. */
async function tenYears(world: World): Promise<string[]> {
  const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as [{ tree: string }];
  const bytes = (await readFile(join(world.source, "jira.zip"))).length;
  const begin = Date.UTC(2016, 0, 1, 22);
  const specs = Array.from({ length: 9999 }, (_, night): SnapshotSpec => {
    const time = new Date(begin + night * 9 * 3600_000).toISOString();
    return { time, host: "jira-backup", paths: [world.source], tree, files: 1, bytes };
  });
  return writeSnapshots(world.repository, secrets[0] as string, specs);
}
