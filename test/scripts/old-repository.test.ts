import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { oldPath } from "./old-repository/make";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

const retention = { BACKUP_RETENTION: "--keep-last=1" };
const parts = { BACKUP_CHECK_PARTS: "7" };

/** Repositories that the scripts made before they were rebuilt; `old-repository/make.ts` says how. */
describe("a repository of the scripts before they were rebuilt", function () {
  this.timeout(240_000);

  before(async () => {
    await mkdir(oldPath);
    await writeFile(join(oldPath, "new.zip"), "of a new snapshot");
  });

  after(() => rm(oldPath, { recursive: true }));

  inBothShells("with cleared damage goes on in every command", async (world) => {
    const run = await unpack(world, "cleared");
    await run(0, "init.sh");
    const restored = await run(0, "restore.sh");
    assert.equal(await readFile(join(world.target, "old.zip"), "utf8"), "of the complete snapshot");
    assert.match(restored.output, /partial/, "the newer partial one is told of");
    assert.equal((await run(0, "check.sh", [], parts)).report.part, 3);
    const backup = await run(0, "backup.sh", [], retention);
    assert.equal((await run(0, "check.sh", [], parts)).report.part, 4);
    await run(0, "prune.sh");
    const latest = JSON.parse(await world.restic("snapshots", "--json", "--path", oldPath, "latest"));
    assert.equal(latest[0].id, backup.report.snapshot);
    await world.restic("check", "--read-data");
  });

  inBothShells("with recorded damage stops retention and prune until it is cleared", async (world) => {
    const run = await unpack(world, "damaged");
    await run(0, "init.sh");
    const before = (await readdir(join(world.repository, "snapshots"))).length;
    const pruned = await run(67, "prune.sh");
    assert.match(pruned.report.message, /recorded as damaged since 20/);
    const backup = await run(67, "backup.sh", [], retention);
    assert.equal(backup.report.retention, "stopped, because the repository is damaged");
    assert.equal((await readdir(join(world.repository, "snapshots"))).length, before + 1);
    const checked = await run(67, "check.sh", [], parts);
    assert.deepEqual([checked.report.part, /is good, but damage is recorded/.test(checked.report.message)], [3, true]);
    await run(0, "check.sh", ["--clear-damage"]);
    assert.equal((await run(0, "check.sh", [], parts)).report.part, 4);
    assert.match((await run(0, "backup.sh", [], retention)).report.retention ?? "", /removed/);
    await run(0, "prune.sh");
    await run(0, "restore.sh");
    assert.equal(await readFile(join(world.target, "new.zip"), "utf8"), "of a new snapshot");
  });
});

async function unpack(world: World, name: string) {
  const archive = join(__dirname, "old-repository", `${name}.tar.gz`);
  await execa("tar", ["-C", world.folder, "-xzf", archive]);
  return async (code: number, script: string, args: readonly string[] = [], env = {}) => {
    const outcome = await world.run(script, args, { env: { ...env, BACKUP_PATH: oldPath } });
    assert.equal(outcome.exitCode, code, `${script}: ${outcome.output}`);
    return outcome;
  };
}
