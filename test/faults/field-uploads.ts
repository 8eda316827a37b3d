import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeKeyCheap } from "../scripts/cheap-key";
import { secrets } from "../scripts/checked-report";
import { packs } from "../scripts/damage-repository";
import { until } from "../scripts/test-repository";
import type { Fault } from "./fault";
import { onEach } from "./fault";
import type { Scene } from "./scene";
import { ended, kill } from "./scene";

/** Uploads that were never finished. */
export const fieldUploads: readonly Fault[] = [
  ...onEach(["local", "S3"], {
    id: "rA2",
    injection: "a long first backup is killed night after night; check and prune run in between",
    expected: "prune says 65, and what was uploaded stays, until a backup is complete",
    empty: true,
    inject: cutOffNightAfterNight,
  }),
  {
    id: "rA2",
    storage: "local",
    injection: "a later backup is cut off by SIGTERM; then prune",
    expected: "prune says 65, and what was uploaded stays, until a backup is complete",
    inject: stoppedLater,
  },
  {
    id: "rB9",
    storage: "local",
    injection: "a file that a killed restic has left half-written in the repository",
    expected: "check.sh names it, and prune.sh removes it",
    inject: halfWrittenFile,
  },
];

/** Slow enough for a kill after some packs; each night goes on where the last one ended. */
async function cutOffNightAfterNight(scene: Scene): Promise<string> {
  if (scene.storage === "S3") {
    await mkdir(scene.world.repository);
  }
  await scene.good("init.sh");
  makeKeyCheap(scene.world.repository, secrets[0] as string);
  await scene.good("check.sh");
  await scene.write("big.bin", 24_000_000);
  const seen = [];
  for (let night = 1; night <= 2; night++) {
    await killWhileUploading(scene);
    await scene.good("check.sh");
    const uploaded = await packs(scene.world);
    seen.push(ended(await scene.run("prune.sh", { env: { BACKUP_PRUNE_MAX_UNUSED: "0%" } }), 65).slice(0, 8));
    assert.deepEqual(await packs(scene.world), uploaded, "prune removed what was uploaded");
  }
  await scene.good("backup.sh");
  await untilNextSecond();
  await scene.good("backup.sh");
  await scene.good("prune.sh");
  return `prune: ${seen.join(", ")}; after a complete backup 0`;
}

async function killWhileUploading(scene: Scene): Promise<void> {
  const before = (await packs(scene.world)).length;
  const running = scene.start("backup.sh", { env: { RESTIC_OPTIONS: "--limit-upload=6144\n--pack-size=4" } });
  await until("an uploaded pack", async () => (await packs(scene.world)).length > before);
  await kill(running);
}

async function stoppedLater(scene: Scene): Promise<string> {
  await scene.write("big.bin", 24_000_000);
  const before = (await packs(scene.world)).length;
  const running = scene.start("backup.sh", { env: { RESTIC_OPTIONS: "--limit-upload=6144\n--pack-size=4" } });
  await until("an uploaded pack", async () => (await packs(scene.world)).length > before);
  process.kill(running.pid, "SIGTERM");
  ended(await running.outcome, 130);
  const uploaded = await packs(scene.world);
  const seen = ended(await scene.run("prune.sh", { env: { BACKUP_PRUNE_MAX_UNUSED: "0%" } }), 65);
  assert.deepEqual(await packs(scene.world), uploaded, "prune removed what was uploaded");
  await untilNextSecond();
  await scene.good("backup.sh");
  await scene.good("prune.sh");
  return `${seen} After a complete backup: 0`;
}

/** The scripts compare whole seconds, for the safe side. */
async function untilNextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}

async function halfWrittenFile(scene: Scene): Promise<string> {
  const name = `${"ab".repeat(32)}-tmp-123456789`;
  const path = join(scene.world.repository, "data", "ab", name);
  await writeFile(path, Buffer.alloc(1_000_000));
  const then = Date.now() / 1000 - 2 * 24 * 3600;
  await utimes(path, then, then);
  const check = await scene.good("check.sh");
  assert.match(check.output, /1 unfinished file/);
  await scene.good("prune.sh");
  assert.deepEqual(
    (await readdir(join(scene.world.repository, "data", "ab"))).filter((one) => one.includes("tmp")),
    [],
  );
  return "check named it, and prune removed it";
}
