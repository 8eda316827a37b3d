import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "..", "scripts");

/** The scripts that run in the containers, by file name. */
export function containerScripts(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sh"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
