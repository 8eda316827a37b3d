import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const perDirectory = 1000;

/** Writes so many small files, a thousand in each directory, tens of thousands in a second: for tests of scale. */
export function makeTree(root: string, files: number, owner = 0): void {
  for (let first = 0; first < files; first += perDirectory) {
    const directory = join(root, `${first / perDirectory}`.padStart(4, "0"));
    mkdirSync(directory, { recursive: true });
    chownSync(directory, owner, owner);
    for (let file = first; file < Math.min(files, first + perDirectory); file++) {
      const path = join(directory, `${file}.xml`);
      writeFileSync(path, `<issue id="${file}"/>\n`);
      if (owner !== 0) {
        chownSync(path, owner, owner);
      }
    }
  }
}
