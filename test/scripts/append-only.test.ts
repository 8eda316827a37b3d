import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { corrupt, packs } from "./damage-repository";
import { aroundBackup } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { until, withRepository } from "./test-repository";

const retention = { BACKUP_RETENTION: "--keep-last=1" };

describe("on an append-only server", function () {
  this.timeout(240_000);

  inBothShells("backup and check do their work, and what cannot be removed is said", async (world) => {
    await withRepository(world);
    await onServer(world, async (env) => {
      assert.equal((await world.run("backup.sh", [], { env: { ...env, ...retention } })).exitCode, 0);
      const refused = await world.run("backup.sh", [], { env: { ...env, ...retention } });
      assert.equal(refused.exitCode, 1);
      assert.equal(refused.report.retention, "failed");
      assert.match(refused.report.message, /is written and safe, but the retention policy could not be applied/);
      for (const part of [1, 2, 1]) {
        const check = await world.run("check.sh", [], { env: { ...env, BACKUP_CHECK_PARTS: "2" } });
        assert.deepEqual([check.exitCode, check.report.part], [0, part], check.output);
      }
    });
  });

  inBothShells("a mark is set by a copy, and only where something is wrong", async (world) => {
    await withRepository(world);
    await onServer(world, async (env) => {
      const changing = (file: string) => aroundBackup(world, { after: `echo x >>${join(world.source, file)}` });
      const excluded = { ...env, BACKUP_EXCLUDES: "*.log" };
      const good = await world.run("backup.sh", [], { env: { ...excluded, ...(await changing("a.log")) } });
      assert.equal(good.exitCode, 0, good.output);
      assert.equal((await world.run("restore.sh", [], { env })).report.snapshot, good.report.snapshot);
      const bad = await world.run("backup.sh", [], { env: { ...excluded, ...(await changing("jira.zip")) } });
      assert.equal(bad.exitCode, 75, bad.output);
      assert.equal((await world.run("restore.sh", [], { env })).report.snapshot, good.report.snapshot);
    });
  });

  inBothShells("damage is recorded and cleared, without removing anything", async (world) => {
    await withRepository(world);
    await onServer(world, async (env) => {
      await world.run("backup.sh", [], { env });
      const [pack] = await packs(world);
      const repair = await corrupt(world, "data", (pack as string).slice(0, 2), pack as string);
      const check = () => world.run("check.sh", [], { env: { ...env, BACKUP_CHECK_PARTS: "1" } });
      assert.equal((await check()).exitCode, 67);
      assert.equal((await world.run("backup.sh", [], { env })).exitCode, 67);
      await repair();
      assert.equal((await world.run("check.sh", ["--clear-damage"], { env })).exitCode, 0);
      assert.equal((await check()).exitCode, 0);
      assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
    });
  });
});

/** rest-server on the world's repository, at a socket. */
async function onServer(world: World, test: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const socket = world.path("socket");
  const server = execa(
    "rest-server",
    ["--no-auth", "--append-only", "--path", world.folder, "--listen", `unix:${socket}`],
    {
      reject: false,
      all: true,
    },
  );
  let printed = "";
  server.all.on("data", (chunk) => {
    printed += chunk;
  });
  try {
    await until("the server", () => printed.includes("start server"));
    await test({
      RESTIC_REPOSITORY: `rest:http+unix://${socket}:/repository/`,
      RESTIC_REST_USERNAME: "",
      RESTIC_REST_PASSWORD: "",
    });
  } finally {
    server.kill();
    await server;
  }
}
