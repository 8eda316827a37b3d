import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { manifest } from "../scripts/manifest";

/** Owner of the files: a user whom a mode can keep from reading. */
export const owner = 65534;

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  readonly readable: boolean;
}

/** All regular files of a folder. */
export async function filesOf(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const { size, mode } = await lstat(path);
        return { path, bytes: size, readable: (mode & 0o400) !== 0 };
      }),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What a snapshot of it must hold: all that may be read. */
export async function readableManifest(folder: string): Promise<string[]> {
  return (await manifest(folder)).filter((line) => !/^\S+ 100[0-3]/.test(line));
}

/** Another content for each number. */
export async function write(folder: string, name: string, bytes: number, content: number): Promise<void> {
  const path = join(folder, name);
  await makeFolders(folder, dirname(name));
  await rm(path, { force: true });
  const text = createHash("shake256", { outputLength: bytes }).update(`${content}`).digest();
  await writeFile(path, text, { mode: 0o640 });
  await chown(path, owner, owner);
}

export async function move(folder: string, path: string, name: string): Promise<void> {
  await makeFolders(folder, dirname(name));
  await rename(path, join(folder, name));
}

export async function empty(folder: string): Promise<void> {
  await Promise.all((await filesOf(folder)).map(({ path }) => rm(path)));
}

export async function makeAllReadable(folder: string): Promise<void> {
  await Promise.all((await filesOf(folder)).map(({ path }) => chmod(path, 0o640)));
}

async function makeFolders(folder: string, name: string): Promise<void> {
  if (name !== ".") {
    await makeFolders(folder, dirname(name));
    await mkdir(join(folder, name), { recursive: true });
    await chown(join(folder, name), owner, owner);
  }
}
