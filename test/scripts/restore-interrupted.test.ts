import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { locks, until, withRepository } from "./test-repository";

const staging = ".restic-restore";
const files = ["1.zip", "2.zip", "3.zip", "4.zip", "5.zip"];

describe("restore.sh, interrupted", function () {
  this.timeout(90_000);

  inBothShells("shows no name before all is there, and succeeds after it was killed", async (world) => {
    const running = await startSlowly(world);
    assert.deepEqual(await readdir(world.target), [staging]);
    process.kill(-running.pid, "SIGKILL");
    await running.outcome;
    assert.deepEqual(await readdir(world.target), [staging]);
    const bytes = await staged(world);
    assert.ok(bytes > 0 && bytes < 25_000_000, `${bytes} bytes are not half-way`);

    const { exitCode, output } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.match(output, /Removing what an earlier restore left/);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("releases the lock at SIGTERM, and exits with 130", async (world) => {
    const running = await startSlowly(world);
    process.kill(running.pid, "SIGTERM");
    const { exitCode } = await running.outcome;
    assert.equal(exitCode, 130);
    assert.deepEqual(await locks(world), []);
    assert.deepEqual(await readdir(world.target), [staging]);
  });

  inBothShells("refuses to run twice at once, and does not disturb the first", async (world) => {
    const running = await startSlowly(world, 2500);
    const second = await world.run("restore.sh");
    assert.equal(second.exitCode, 1);
    assert.match(second.report.message, new RegExp(`Another restore is running here, process ${running.pid}`));
    const { exitCode, output } = await running.outcome;
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("refuses at once when there is not enough space", async (world) => {
    await withLargeSnapshot(world);
    await mkdir(world.target);
    await execa("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", world.target]);
    try {
      const { exitCode, report } = await world.run("restore.sh");
      assert.equal(exitCode, 1);
      assert.match(report.message, /Not enough space: 25\.\d MiB are needed in .*, [34]\.\d MiB are free/);
      assert.deepEqual(await readdir(world.target), []);
    } finally {
      await execa("umount", [world.target]);
    }
  });
});

/** Several packs, so that files appear one after the other. */
async function withLargeSnapshot(world: World): Promise<void> {
  await withRepository(world);
  for (const name of files) {
    await writeFile(join(world.source, name), randomBytes(5_000_000));
  }
  const { exitCode, output } = await world.run("backup.sh", [], { env: { RESTIC_PACK_SIZE: "4" } });
  assert.equal(exitCode, 0, output);
}

/** A restore that has begun to write, and is slow. */
async function startSlowly(world: World, limitKiB = 2000) {
  await withLargeSnapshot(world);
  const running = world.start("restore.sh", [], { env: { RESTIC_OPTIONS: `--limit-download=${limitKiB}` } });
  await until("the first restored file", async () => (await staged(world)) > 0);
  return running;
}

/** Bytes that are there already. */
async function staged(world: World): Promise<number> {
  const folder = join(world.target, staging);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => stat(join(folder, name))));
  // Space that restic has set aside is in the blocks, holes are in the size; neither has been written.
  return found.reduce((sum, { blocks, size }) => sum + Math.min(blocks * 512, size), 0);
}
