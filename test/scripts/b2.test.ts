import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { execa } from "execa";
import { assertProven } from "../support/proven";
import { secrets } from "./checked-report";
import { manifest } from "./manifest";
import type { B2 } from "./servers/b2";
import { startB2 } from "./servers/b2";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

/** The real restic and what it asks of B2: no real server of B2 is to be had. */
describe("Backblaze B2", function () {
  this.timeout(240_000);

  inBothShells("backs up, loses, restores, and compares", async (world) => {
    await withB2(world, async (b2, env) => {
      for (const script of ["init.sh", "init.sh", "backup.sh"]) {
        const { exitCode, output } = await world.run(script, [], {
          env: { ...env, BACKUP_RETENTION: "--keep-last=1" },
        });
        assert.equal(exitCode, 0, output);
      }
      assert.ok(
        [...(b2.buckets.get("backup") as Map<string, Buffer>).keys()].every((name) => name.startsWith("jira/")),
      );
      const before = await manifest(world.source);
      await world.run("backup.sh", [], { env: { ...env, BACKUP_RETENTION: "--keep-last=1" } });
      await execa("restic", ["check", "--read-data"], { env: { ...world.env, ...env }, stdin: "ignore" });
      await rm(world.source, { recursive: true });
      const restored = await world.run("restore.sh", [], { env });
      assert.equal(restored.exitCode, 0, restored.output);
      assert.deepEqual(await manifest(world.target), before);
      assert.ok(b2.calls.has("b2_delete_file_version") && !b2.calls.has("b2_create_bucket"));
    });
  });

  inBothShells("says that the key is wrong, and makes no bucket", async (world) => {
    await withB2(world, async (b2, env) => {
      const wrong = { ...env, B2_ACCOUNT_KEY: "another", BACKUP_PROBE_TIMEOUT: "20" };
      const denied = await world.run("init.sh", [], { env: wrong });
      assert.equal(denied.exitCode, 1, denied.output);
      assert.match(denied.report.message, /Access denied: check the credentials/);

      const typo = await world.run("init.sh", [], { env: { ...env, RESTIC_REPOSITORY: "b2:bakcup:jira" } });
      assert.equal(typo.exitCode, 1, typo.output);
      assert.match(typo.report.message, /the bucket of b2:bakcup:jira does not exist/);
      assert.deepEqual([...b2.buckets.keys()], ["backup"]);
      assert.ok(!b2.calls.has("b2_create_bucket"));
    });
  });
});

/** Between the tests and the README; the other storages have their rows in `e2e/backends/`. */
describe("the README on B2", () => {
  it("says what it was proven against", () => {
    assertProven("b2", "a stand-in of its interface", "the real restic and our scripts, without a cluster");
  });
});

async function withB2(world: World, test: (b2: B2, env: Record<string, string>) => Promise<void>): Promise<void> {
  const b2 = await startB2(world.folder, secrets[1] as string);
  try {
    await test(b2, { ...b2.env, ...b2.account, RESTIC_REPOSITORY: "b2:backup:jira" });
  } finally {
    b2.close();
  }
}
