import assert from "node:assert/strict";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fakeRestic } from "../scripts/test-repository";
import type { Fault } from "./fault";
import { CouldNotRun } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";

const groups = "/sys/fs/cgroup/memory";

/** Out of memory: restic in a cgroup with a limit, as in a pod. */
export const memory: readonly Fault[] = [
  {
    id: "O1",
    storage: "REST",
    injection: "a memory limit of 24 MiB",
    expected: "exit 1 that names the memory limit; with a larger one the next night is good, its lock recovered",
    inject: async (scene) => {
      const seen = ended(await withLimit(scene, 24), 1, /memory limit is too small/);
      return `${seen} ${(await scene.locks()).length} lock left`;
    },
  },
  ...[128, 256, 512].map(
    (mebibytes): Fault => ({
      id: "O1",
      storage: "REST",
      injection: `a memory limit of ${mebibytes} MiB, 64 MB new`,
      expected: "exit 0, or 1 that names the memory limit",
      inject: async (scene) => ended(await withLimit(scene, mebibytes), [0, 1]),
    }),
  ),
];

async function withLimit(scene: Scene, mebibytes: number) {
  const group = join(groups, `restic-backup-faults-${process.pid}-${mebibytes}`);
  try {
    await mkdir(group);
    await writeFile(join(group, "memory.limit_in_bytes"), `${mebibytes}M`);
  } catch (error) {
    throw new CouldNotRun(`no cgroup with a memory limit can be made here: ${(error as Error).message}`);
  }
  scene.atEnd(() => rmdir(group));
  const env = await fakeRestic(scene.world, `echo $$ >${group}/cgroup.procs && exec "$real" "$@"`);
  await scene.write("big.bin", 64_000_000);
  const outcome = await scene.run("backup.sh", { env });
  assert.ok(outcome.exitCode === 0 || /memory limit/.test(outcome.report.message), outcome.output);
  return outcome;
}
