import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

const scripts = ["init.sh", "backup.sh", "restore.sh"];

describe("repository.sh", function () {
  this.timeout(240_000);

  inBothShells("lets every script work with the repository that is meant", async (world) => {
    const id = await withIdentity(world);
    for (const script of scripts) {
      const { exitCode, output, report } = await world.run(script, [], { env: { BACKUP_REPOSITORY_ID: id } });
      assert.equal(exitCode, 0, output);
      assert.equal(report.repositoryId, id);
    }
  });

  inBothShells("refuses another repository with 66, and leaves it as it is", async (world) => {
    const id = await withIdentity(world);
    const before = await readdir(world.repository, { recursive: true });
    const env = { BACKUP_REPOSITORY_ID: `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}` };
    for (const script of scripts) {
      const { exitCode, report } = await world.run(script, [], { env });
      assert.equal(exitCode, 66, script);
      assert.ok(report.message.includes(`This is another repository: ${world.repository} has the id ${id}`));
    }
    assert.deepEqual(await readdir(world.repository, { recursive: true }), before);
  });

  inBothShells("takes a repository that vanished for an alarm, and makes none", async (world) => {
    const id = await withIdentity(world);
    await rm(world.repository, { recursive: true });
    for (const script of scripts) {
      const { exitCode, report } = await world.run(script, [], { env: { BACKUP_REPOSITORY_ID: id } });
      assert.equal(exitCode, 10, script);
      assert.match(report.message, /the repository vanished/);
    }
    assert.ok(!(await readdir(world.folder)).includes("repository"));
  });

  for (const id of ["123", "Z".repeat(64)]) {
    inBothShells(`refuses the id ${id.slice(0, 5)}`, async (world) => {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_REPOSITORY_ID: id } });
      assert.equal(exitCode, 64);
      assert.match(report.message, /BACKUP_REPOSITORY_ID: not an id/);
    });
  }
});

async function withIdentity(world: World): Promise<string> {
  await withRepository(world);
  const { id } = JSON.parse(await world.restic("cat", "config", "--no-lock"));
  assert.ok((await readdir(join(world.repository, "keys"))).length === 1);
  return id;
}
