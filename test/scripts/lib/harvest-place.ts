import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { makeKeyCheap } from "../cheap-key";
import { programPath } from "../programs";
import { type Capability, withRights } from "../rights";

export const password = "harvest-restic-says";

/**
 * What is right to make of the words of a scene:
 * damage: each command that says something must be taken for one that saw damage. failure: none may be.
 * attributes: nothing but attributes is missing. clean, unclean: the commands ended with 0, and their words are harmless,
 * or not.
 */
export type Expect = "damage" | "failure" | "attributes" | "clean" | "unclean";

export interface Scene {
  readonly name: string;
  /** What was done, for the first line of the fixture. */
  readonly how: string;
  readonly expect: Expect;
  /** Takes minutes: played only when it is named. */
  readonly slow?: boolean | undefined;
  run(place: Place): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly rights?: readonly Capability[] | "all";
  /** Words before restic's, for example unshare's. */
  readonly before?: readonly string[];
  /** Seconds after which restic is asked to stop, as the watch of the scripts does. */
  readonly limit?: number;
  readonly as?: number;
  /** Not only what restic writes to stderr counts: a run without a word is kept, too. */
  readonly keepSilence?: boolean;
  /** What sets this run apart from the others of its scene. */
  readonly note?: string;
  /** The log of ssh, of which the scripts add the lines. */
  readonly alsoFrom?: string | undefined;
}

export interface Said {
  readonly command: string;
  readonly ended: number | string;
  readonly words: string;
}

/** Where one scene plays: a copy of a small repository with three snapshots, the source that they are of, and a target. */
export class Place {
  readonly said: Said[] = [];
  readonly folder: string;
  readonly repository: string;
  readonly source: string;
  readonly target: string;
  readonly cache: string;
  readonly tmp: string;
  readonly template: string;

  constructor(folder: string) {
    this.folder = folder;
    this.repository = join(folder, "repository");
    this.source = join(folder, "source");
    this.target = join(folder, "target");
    this.cache = join(folder, "cache");
    this.tmp = join(folder, "tmp");
    this.template = join(folder, "template");
  }

  get env(): Record<string, string> {
    return {
      RESTIC_REPOSITORY: this.repository,
      RESTIC_PASSWORD: password,
      RESTIC_CACHE_DIR: this.cache,
      RESTIC_PROGRESS_FPS: "1",
      TMPDIR: this.tmp,
      HOME: this.folder,
      TZ: "UTC",
    };
  }

  /** Runs restic, and keeps what it says. */
  async restic(args: readonly string[], options: RunOptions = {}): Promise<void> {
    const { rights = ["chown", "fowner", "dac_override"], as } = options;
    const start = rights === "all" ? ["setpriv"] : withRights("setpriv", rights);
    const user = as === undefined ? ["--reuid=0"] : [`--reuid=${as}`, `--regid=${as}`, "--clear-groups"];
    const words = [...start, ...user, ...(options.before ?? []), join(this.folder, "restic"), ...args];
    const result = await execa(words[0] as string, words.slice(1), {
      env: { ...this.env, ...options.env },
      stdin: "ignore",
      reject: false,
      timeout: (options.limit ?? 30) * 1000,
      stripFinalNewline: false,
      cwd: "/",
    });
    const ended = result.timedOut ? "timed-out" : (result.exitCode ?? result.signal ?? "killed");
    const log = options.alsoFrom === undefined ? "" : await readFile(options.alsoFrom, "utf8").catch(() => "");
    const said = result.stderr + log.replace(/^(?=.)/gm, "subprocess ssh: ");
    if (said.trim() !== "" || options.keepSilence) {
      const note = options.note === undefined ? "" : ` (${options.note})`;
      this.said.push({ command: `restic ${args.join(" ")}${note}`, ended, words: said });
    }
  }

  /** Names of all objects of a kind, the oldest first. */
  async objects(kind: "data" | "index" | "snapshots" | "keys" | "locks"): Promise<string[]> {
    const names = await readdir(join(this.repository, kind), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const timed = await Promise.all(files.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
    return timed.sort((a, b) => a.time - b.time).map(({ path }) => path);
  }

  /** The packs of trees are small here. */
  async packs(of: "trees" | "files"): Promise<string[]> {
    const packs = await this.objects("data");
    const sizes = await Promise.all(packs.map(async (path) => (await stat(path)).size));
    return packs.filter((_, index) => (sizes[index] as number) < 5000 === (of === "trees"));
  }
}

/** A place to copy: three snapshots, each with an index, a pack of trees and packs of files of its own. */
export async function makeTemplate(): Promise<Place> {
  const place = new Place(await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "harvest-")));
  await chmod(place.folder, 0o755);
  await Promise.all([place.source, place.tmp, place.target].map((name) => mkdir(name)));
  // Where every user can run it.
  await copyFile(await programPath("restic"), join(place.folder, "restic"));
  const env = { ...place.env, RESTIC_REPOSITORY: place.repository };
  const restic = (...args: string[]) => execa("restic", args, { env, stdin: "ignore" });
  await restic("init");
  makeKeyCheap(place.repository, password);
  await fill(place.source);
  for (const more of ["", "second", "third"]) {
    if (more !== "") {
      await writeFile(join(place.source, "attachments", more), randomBytes(100_000));
    }
    await restic("backup", "--pack-size", "4", "--host", "jira-backup", "--group-by", "host,paths", place.source);
  }
  await cp(place.repository, place.template, { recursive: true, preserveTimestamps: true });
  return place;
}

/** Some files, of which one has the name of an error. */
async function fill(source: string): Promise<void> {
  await mkdir(join(source, "attachments"));
  await mkdir(join(source, "exports"));
  await writeFile(join(source, "exports", "jira.zip"), randomBytes(9_000_000));
  for (const name of ["one", "two", "hash mismatch"]) {
    await writeFile(join(source, "attachments", name), randomBytes(30_000));
  }
}

/** Puts all back as it was: the paths stay, because snapshots name them. */
export async function renew(place: Place): Promise<void> {
  await execa("chmod", ["-R", "u+rwX", place.repository], { reject: false });
  for (const name of [place.repository, place.cache, place.target, place.tmp]) {
    await rm(name, { recursive: true, force: true });
  }
  await cp(place.template, place.repository, { recursive: true, preserveTimestamps: true });
  await Promise.all([place.target, place.tmp].map((name) => mkdir(name)));
  await chmod(place.tmp, 0o1777);
}
