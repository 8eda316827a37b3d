import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

const count = 10_000;
/** What one command may take where restic alone takes a few seconds; a quadratic one takes minutes. */
const seconds = 60;

/** A repository that one has after ten years of three backups a day: each helper program meets lists of this size. */
describe("a repository of 10,000 snapshots", function () {
  this.timeout(300_000);

  inBothShells("is checked, pruned and backed up to, soon and without fault", async (world) => {
    await withManySnapshots(world);
    const run = async (code: number, script: string, env = {}) => {
      const began = performance.now();
      const outcome = await world.run(script, [], { env });
      const took = (performance.now() - began) / 1000;
      assert.equal(outcome.exitCode, code, `${script}: ${outcome.output.slice(-2000)}`);
      assert.ok(took < seconds, `${script} took ${took} seconds`);
      return outcome;
    };
    await run(0, "check.sh");
    assert.equal((await run(0, "check.sh", { BACKUP_CHECK_PARTS: "7" })).report.part, 2);
    const kept = await run(0, "backup.sh", { BACKUP_RETENTION: "--keep-last=20000" });
    assert.match(kept.report.retention ?? "", new RegExp(`^${count + 1} snapshots kept, 0 removed`));
    await run(0, "prune.sh");
    const removed = await run(0, "backup.sh", { BACKUP_RETENTION: "--keep-last=9990" });
    assert.match(removed.report.retention ?? "", /^9990 snapshots kept, 12 removed/);
    await run(0, "prune.sh");
    await run(0, "check.sh");
  });

  inBothShells("of which none is one's own is not pruned", async (world) => {
    await withManySnapshots(world, "another");
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 65, pruned.output);
    await rm(join(world.repository, "snapshots"), { recursive: true });
    assert.equal((await world.run("prune.sh")).exitCode, 65);
  });
});

/** One snapshot that restic has made, and so many like it, a few hours apart. */
async function withManySnapshots(world: World, host = "jira-backup"): Promise<void> {
  await withRepository(world);
  const { report } = await world.run("backup.sh");
  const { tree } = JSON.parse(await world.restic("cat", "snapshot", report.snapshot as string));
  const now = Date.now();
  writeSnapshots(
    world.repository,
    secrets[0] as string,
    Array.from({ length: host === "jira-backup" ? count - 1 : count }, (_, index) => ({
      time: new Date(now - (index + 1) * 8 * 3_600_000).toISOString(),
      host,
      paths: [world.source],
      tree,
      files: 1,
      bytes: 100_000,
    })),
  );
  if (host !== "jira-backup") {
    await rm(join(world.repository, "snapshots", report.snapshot as string));
  }
  assert.equal((await readdir(join(world.repository, "snapshots"))).length, count);
}
