import assert from "node:assert/strict";
import { chmod, cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Fault, Storage } from "./fault";
import { onEach } from "./fault";
import type { Scene } from "./scene";
import { ended, withDeadline } from "./scene";
import { addressOf, serve } from "./storage";

/** Disks that are full, and folders that may not be written to. */
export const disks: readonly Fault[] = [
  {
    id: "D1",
    storage: "local",
    injection: "the repository's volume is full",
    expected: "exit 1 at once, saying that the storage is full; when it is larger, the next night is good",
    inject: (scene) => onFullDisk(scene, "enlarge"),
  },
  {
    id: "D1",
    storage: "local",
    injection: "the repository's volume is full, and stays so small",
    expected: "exit 1; prune.sh frees what the failed backup left, and the next night is good",
    inject: (scene) => onFullDisk(scene, "prune"),
  },
  ...onEach(["REST", "S3"], {
    id: "D1",
    injection: "the disk of the server is full",
    expected: "no success: exit 1, or 130 when the deadline of the pod ends it; then the next night is good",
    inject: (scene) => onFullDisk(scene, "enlarge"),
  }),
  {
    id: "D1",
    storage: "REST",
    injection: "rest-server --max-size is reached",
    expected: "no success: exit 1, or 130 when the deadline of the pod ends it; then the next night is good",
    inject: async (scene) => {
      const limited = await serve(scene.world, "REST", "--max-size", "2000000");
      scene.atEnd(limited.stop);
      await scene.write("big.bin", 8_000_000);
      const outcome = await withDeadline(scene, 15, "backup.sh", { env: addressOf(scene.world, "REST", limited.port) });
      return ended(outcome, [1, 130]);
    },
  },
  ...(["local", "REST"] as Storage[]).flatMap((storage): Fault[] => [
    {
      id: "D2",
      storage,
      injection: "TMPDIR is full",
      expected: "64 that names TMPDIR; the next night is good",
      inject: async (scene) => {
        const folder = scene.world.path("small-tmp");
        await fullFolder(scene, folder);
        return ended(await scene.run("backup.sh", { env: { TMPDIR: folder } }), 64, /TMPDIR: .*room/);
      },
    },
    {
      id: "D2",
      storage,
      injection: "the cache's folder is full",
      expected: "success without it, and a warning that names RESTIC_CACHE_DIR",
      inject: async (scene) => {
        const folder = scene.world.path("small-cache");
        await fullFolder(scene, folder);
        return ended(await scene.run("backup.sh", { env: { RESTIC_CACHE_DIR: folder } }), 0, /RESTIC_CACHE_DIR/);
      },
    },
    {
      id: "D2",
      storage,
      injection: "the cache's folder is on a read-only file system",
      expected: "success without it, and a warning that names RESTIC_CACHE_DIR",
      inject: async (scene) => {
        const folder = scene.world.path("read-only-cache");
        await mkdir(folder);
        await scene.mount(folder, "-t", "tmpfs", "-o", "size=64k,ro", "tmpfs");
        return ended(await scene.run("backup.sh", { env: { RESTIC_CACHE_DIR: folder } }), 0, /RESTIC_CACHE_DIR/);
      },
    },
  ]),
  {
    id: "D2",
    storage: "local",
    injection: "the cache's folder belongs to another user (the backup runs as 65534)",
    expected: "success without it, and a warning that names RESTIC_CACHE_DIR",
    inject: async (scene) => {
      const folder = await mkdtemp(join(tmpdir(), "cache-of-root-"));
      scene.atEnd(() => rm(folder, { recursive: true }));
      return ended(
        await scene.run("backup.sh", { env: { RESTIC_CACHE_DIR: folder }, asNobody: true }),
        0,
        /RESTIC_CACHE_DIR/,
      );
    },
  },
  {
    id: "D2",
    storage: "local",
    injection: "the cache's folder is missing, and cannot be made",
    expected: "success without it, and a warning that names RESTIC_CACHE_DIR",
    inject: async (scene) => {
      const file = scene.world.path("a-file");
      await writeFile(file, "");
      return ended(
        await scene.run("backup.sh", { env: { RESTIC_CACHE_DIR: join(file, "cache") } }),
        0,
        /RESTIC_CACHE_DIR/,
      );
    },
  },
];

async function onFullDisk(scene: Scene, remedy: "enlarge" | "prune"): Promise<string> {
  const { repository } = scene.world;
  await rename(repository, scene.world.path("away"));
  await mkdir(repository);
  await scene.mount(repository, "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs");
  await cp(scene.world.path("away"), repository, { recursive: true });
  await rm(scene.world.path("away"), { recursive: true });
  await scene.write("big.bin", 8_000_000);
  const outcome = await withDeadline(scene, 15, "backup.sh");
  const seen = ended(outcome, scene.storage === "local" ? 1 : [1, 130]);
  if (scene.storage === "local") {
    assert.match(outcome.report.message, /storage is full/);
  }
  assert.deepEqual(await scene.snapshots(), [...scene.older.keys()]);
  if (remedy === "enlarge") {
    await execa("mount", ["-o", "remount,size=64m", repository]);
    return seen;
  }
  await rm(join(scene.world.source, "big.bin"));
  const prune = await scene.run("prune.sh");
  return `${seen} Then prune.sh: ${ended(prune, 0)}`;
}

async function fullFolder(scene: Scene, folder: string): Promise<void> {
  await mkdir(folder);
  await scene.mount(folder, "-t", "tmpfs", "-o", "size=64k,mode=1777", "tmpfs");
  await writeFile(join(folder, "filler"), Buffer.alloc(64 * 1024)).catch((error) => assert.equal(error.code, "ENOSPC"));
  await chmod(folder, 0o1777);
}
