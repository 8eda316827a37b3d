import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";

/** Makes a folder whose name tells what goes into it; it may be killed at any time: the folder appears only complete. */
export async function makeFolder(folder: string, fill: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  await fill(unfinished);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/** Links all that lies in a folder into another one, where each name is there at any time. */
export function link(folder: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(folder)) {
    const temporary = join(into, `.${name}.${process.pid}`);
    rmSync(temporary, { force: true });
    symlinkSync(join(folder, name), temporary);
    renameSync(temporary, join(into, basename(name)));
  }
}
