import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { corrupt, packs } from "./damage-repository";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("prune.sh", function () {
  this.timeout(240_000);

  inBothShells("removes what no snapshot holds, and nothing else", async (world) => {
    await withRepository(world);
    await expireOne(world);
    const before = await packs(world);
    const { exitCode, output, report } = await world.run("prune.sh");
    assert.equal(exitCode, 0, output);
    assert.match(report.freed ?? "", /^\d+\.\d+ (K|M)iB$/);
    assert.ok((await packs(world)).length < before.length);
    await world.restic("check", "--read-data");
    await world.run("restore.sh");
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    assert.equal((await world.run("prune.sh")).report.freed, "0 B");
  });

  inBothShells("hands its bounds to restic", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const env = await fakeRestic(
      world,
      `case "$*" in *prune*) echo "$*" >${world.path("arguments")} ;; esac; exec "$real" "$@"`,
    );
    const run = (settings: Record<string, string>) => world.run("prune.sh", [], { env: { ...env, ...settings } });
    const argumentsOf = async (settings: Record<string, string>) => {
      assert.equal((await run(settings)).exitCode, 0);
      return readFile(world.path("arguments"), "utf8");
    };
    assert.match(await argumentsOf({}), / prune\n/);
    assert.match(
      await argumentsOf({ BACKUP_PRUNE_MAX_UNUSED: "10%", BACKUP_PRUNE_MAX_REPACK: "0" }),
      /prune --max-repack-size 0 --max-unused 10%\n/,
    );
    assert.match(await argumentsOf({ BACKUP_PRUNE_MAX_UNUSED: "unlimited" }), /--max-unused unlimited\n/);
    const wrong = await run({ BACKUP_PRUNE_MAX_UNUSED: "half" });
    assert.equal(wrong.exitCode, 64);
    assert.match(
      wrong.report.message,
      /which loses nothing: restic does not understand a setting: .*BACKUP_PRUNE_MAX_UNUSED/,
    );
  });

  inBothShells("prunes nothing where no snapshot is listed", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    await rm(join(world.repository, "snapshots"), { recursive: true });
    const before = await packs(world);
    const { exitCode, report } = await world.run("prune.sh");
    assert.equal(exitCode, 65);
    assert.match(report.message, /lists no snapshot/);
    assert.deepEqual(await packs(world), before);
  });

  inBothShells("records the damage that it finds, and removes nothing", async (world) => {
    await withRepository(world);
    await expireOne(world);
    for (const pack of await packs(world)) {
      await corrupt(world, "data", pack.slice(0, 2), pack);
    }
    await rm(world.path("cache"), { recursive: true });
    const before = await packs(world);
    const { exitCode, report } = await world.run("prune.sh");
    assert.equal(exitCode, 67, report.message);
    assert.match(report.message, /The prune failed, which loses nothing: the repository is damaged/);
    const left = await packs(world);
    assert.deepEqual(
      before.filter((pack) => !left.includes(pack)),
      [],
    );
  });

  inBothShells("exits with 10 and 12 as the others do", async (world) => {
    assert.equal((await world.run("prune.sh")).exitCode, 10);
    await withRepository(world);
    await writeFile(world.path("password"), "another password");
    assert.equal((await world.run("prune.sh")).exitCode, 12);
  });
});

/** Two snapshots with data of their own, of which the older one is removed. */
async function expireOne(world: World): Promise<void> {
  await writeFile(join(world.source, "old.zip"), randomBytes(200_000));
  await world.run("backup.sh");
  await rm(join(world.source, "old.zip"));
  await writeFile(join(world.source, "new.zip"), randomBytes(200_000));
  const { report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
  assert.equal(report.retention, "1 snapshot kept, 1 removed");
}
