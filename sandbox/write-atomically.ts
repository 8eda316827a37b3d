import { renameSync, writeFileSync } from "node:fs";

/** Writes a file so that there is never half of it, not even when we are killed. */
export function writeAtomically(file: string, content: string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}
