import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { link, makeFolder } from "./built";
import { bin, tools } from "./state";

/** A program of the official restic image that is written in C: built on musl, as there, and in its version. */
export interface CTool {
  /** Name of the program, and of the script below `sandbox/c` that builds it. */
  readonly name: string;
  /** How long it takes on 2 cores. */
  readonly duration: string;
}

/** Debian's own are years older, linked to glibc, and behave otherwise where it matters. */
export const cTools: readonly CTool[] = [
  { name: "busybox", duration: "1 min" },
  { name: "jq", duration: "1 min" },
];

const scripts = join(__dirname, "c");

export async function isCToolBuilt({ name }: CTool): Promise<boolean> {
  return existsSync(join(await folderOf(name), name));
}

/** Builds a program into a folder named by everything that goes into it, and links it into the folder for the PATH. */
export async function buildCTool({ name }: CTool, log: string): Promise<void> {
  const folder = await folderOf(name);
  if (!existsSync(join(folder, name))) {
    await makeFolder(folder, async (unfinished) => {
      const work = join(unfinished, "work");
      mkdirSync(work, { recursive: true });
      await execa("sh", [join(scripts, `${name}.sh`), join(unfinished, name)], {
        cwd: work,
        stdin: "ignore",
        stdout: { file: log, append: true },
        stderr: { file: log, append: true },
      });
      rmSync(work, { recursive: true });
    });
  }
  link(folder, bin);
}

/** Name of the folder: a hash of the scripts, which hold the source's own hash, and of the compiler with its musl. */
export async function folderOf(name: string, source = scripts): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [`${name}.sh`, "sources.sh"]) {
    hash.update(readFileSync(join(source, file)));
  }
  // Before they are installed there is none, and nothing is built.
  const { stdout } = await execa("dpkg-query", ["--show", "gcc", "musl-dev"], { reject: false });
  hash.update(stdout ?? "");
  return join(tools, "built", `${name}-${hash.digest("hex").slice(0, 16)}`);
}
