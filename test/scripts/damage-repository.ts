import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "./shell-under-test";

/** Names of the packs in the world's repository. */
export async function packs(world: World): Promise<string[]> {
  const data = join(world.repository, "data");
  const folders = await Promise.all((await readdir(data)).map((name) => readdir(join(data, name))));
  return folders.flat();
}

/** Writes other bytes into a file of the repository. Returns what puts the good ones back. */
export async function corrupt(world: World, ...name: string[]): Promise<() => Promise<void>> {
  const path = join(world.repository, ...name);
  const good = await readFile(path);
  const bad = Buffer.from(good);
  bad.fill(0, 10, 60);
  await chmod(path, 0o600);
  await writeFile(path, bad);
  return () => writeFile(path, good);
}

/** A new pod has no cache that would still hold the good copy. */
export async function dropCache(world: World): Promise<void> {
  await rm(world.path("cache"), { recursive: true, force: true });
}
