import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { types } from "@pulumi/kubernetes";

/** The directory with all that runs in the pods; the package has it beside its `components`. */
const directory = join(__dirname, "..", "scripts");

/** Where the pods have it: what an operator types stands there, and the parts of it in `lib`. */
export const scriptsMount = "/usr/local/bin";

const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
  .filter((path) => !path.split(sep).some((name) => name.startsWith(".")) && statSync(join(directory, path)).isFile())
  .map((path) => path.split(sep).join("/"))
  .sort();

/** The contents of the ConfigMap, whose keys cannot hold a slash: `lib/run.sh` is `lib.run.sh`. */
export function containerScripts(): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [keyOf(path), readFileSync(join(directory, path), "utf8")]));
}

/** Puts each key back at its path. Only what is typed is a program; the parts are read. */
export function scriptItems(): types.input.core.v1.KeyToPath[] {
  return paths.map((path) => ({ key: keyOf(path), path, mode: path.includes("/") ? 0o444 : 0o555 }));
}

function keyOf(path: string): string {
  return path.replaceAll("/", ".");
}
