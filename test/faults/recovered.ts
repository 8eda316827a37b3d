import assert from "node:assert/strict";
import { manifest } from "../scripts/manifest";
import type { Scene } from "./scene";

/**
 * What must hold after every fault: the next backup and the next check are green without a human, no lock is left, the
 * repository is good to the last byte, and every older snapshot restores as it was. The runs themselves check that there
 * is one report each.
 */
export async function recovered(scene: Scene): Promise<void> {
  const { report } = await scene.good("backup.sh");
  // A backup that removes nothing needs no lock for itself, and leaves those of dead processes.
  await scene.good("check.sh");
  assert.deepEqual(await scene.locks(), [], "a lock is left");
  await scene.world.restic("check", "--read-data", "--no-cache");
  const expected = new Map([...scene.older, [report.snapshot as string, await manifest(scene.world.source)]]);
  for (const [id, files] of expected) {
    assert.deepEqual(await scene.restored(id), files, `snapshot ${id} does not restore as it was`);
  }
}
