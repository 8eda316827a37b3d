import { chmod, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Expect, Place, RunOptions, Scene } from "./harvest-place";
import { renew } from "./harvest-place";

type Injure = (place: Place) => Promise<unknown>;

/** Every command that the scripts run on a repository that is there. */
export async function runAll(place: Place, injure: Injure, options: RunOptions = {}): Promise<void> {
  for (const commandOf of [list, ls, restore, backup, tag, forget, check, prune]) {
    await renew(place);
    const snapshot = basename((await place.objects("snapshots")).at(-1) as string);
    await injure(place);
    await place.restic(["--retry-lock=0s", ...commandOf(place, snapshot)], options);
  }
}

const list = () => ["--no-lock", "--json", "snapshots"];
const ls = ({ source }: Place, snapshot: string) => ["--no-lock", "--json", "ls", snapshot, "--recursive", source];
const restore = ({ source, target }: Place, snapshot: string) => [
  ...["--json", "restore", `${snapshot}:${source}`, "--target", target, "--verify"],
];
const backup = ({ source }: Place) => [
  ...["--json", "backup", "--host", "jira-backup", "--group-by", "host,paths", "--", source],
];
const tag = (_: Place, snapshot: string) => ["tag", "--add", "partial", snapshot];
const forget = (_: Place, snapshot: string) => ["forget", snapshot];
const check = () => ["check", "--read-data-subset=1/1"];
const prune = () => ["prune", "--max-unused", "0"];

async function flip(path: string, at: number, count = 1): Promise<void> {
  const bytes = await readFile(path);
  const start = at < 0 ? bytes.length + at : at;
  for (let offset = start; offset < start + count; offset++) {
    bytes[offset] = (bytes[offset] as number) ^ 0xff;
  }
  await chmod(path, 0o600);
  await writeFile(path, bytes);
}

/** What a file system that crashed may leave. */
async function zero(path: string): Promise<void> {
  const bytes = await readFile(path);
  await chmod(path, 0o600);
  await writeFile(path, bytes.fill(0, 0, Math.min(bytes.length, 4096)));
}

async function cut(path: string, size?: number): Promise<void> {
  await chmod(path, 0o600);
  await truncate(path, size ?? Math.floor((await stat(path)).size / 2));
}

const ways: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ["is lost", (path) => rm(path)],
  ["has a wrong byte", (path) => flip(path, 100)],
  ["is cut in half", (path) => cut(path)],
  ["is empty", (path) => cut(path, 0)],
];

const objects: readonly (readonly [string, (place: Place) => Promise<string | undefined>])[] = [
  ["the first index", async (place) => (await place.objects("index"))[0]],
  ["the newest index", async (place) => (await place.objects("index")).at(-1)],
  ["the newest snapshot", async (place) => (await place.objects("snapshots")).at(-1)],
  ["the first pack of files", async (place) => (await place.packs("files"))[0]],
  ["the newest pack of files", async (place) => (await place.packs("files")).at(-1)],
  ["the first pack of trees", async (place) => (await place.packs("trees"))[0]],
  ["the newest pack of trees", async (place) => (await place.packs("trees")).at(-1)],
  ["the key", async (place) => (await place.objects("keys"))[0]],
  ["the config", async (place) => join(place.repository, "config")],
];

/** Every way in which every object can be wrong. */
const injuries: readonly Scene[] = objects.flatMap(([object, find]) =>
  ways.map(([way, injure]): Scene => {
    // Without its key restic takes the password for wrong, and without its config it sees no repository. A snapshot that is
    // not there may have been removed by somebody.
    const isPlainlyGone = way === "is lost" && /snapshot|key|config/.test(object);
    return {
      name: `${isPlainlyGone ? "failure" : "damage"}-${object.replace(/^the /, "")}-${way}`.replaceAll(" ", "-"),
      how: `${object} ${way}`,
      expect: isPlainlyGone ? "failure" : "damage",
      run: (place) =>
        runAll(place, async () => {
          const path = await find(place);
          await injure(path as string);
        }),
    };
  }),
);

/** What cannot be read is no damage: the server or the file system refuses it. */
const refusals: readonly Scene[] = objects
  .filter(([object]) => !/first|pack of files/.test(object))
  .map(([object, find]) => ({
    name: `refused-${object.replace(/^the /, "")}`.replaceAll(" ", "-"),
    how: `${object} has mode 000`,
    expect: "failure" as const,
    run: (place) => runAll(place, async () => chmod((await find(place)) as string, 0), { rights: [] }),
  }));

function special(name: string, how: string, expect: Expect, injure: Injure, options: RunOptions = {}): Scene {
  return { name, how, expect, run: (place) => runAll(place, () => injure(place), options) };
}

const inRepository = (place: Place, ...names: string[]) => join(place.repository, ...names);
const remove = (path: string) => rm(path, { recursive: true });
const firstPack = async (place: Place) => (await place.packs("files"))[0] as string;

const others: readonly Scene[] = [
  special("damage-header-of-a-pack", "a pack's last bytes are wrong", "damage", async (place) =>
    flip(await firstPack(place), -5, 4),
  ),
  special("damage-zeros-in-files", "a pack of files begins with zeros", "damage", async (place) =>
    zero(await firstPack(place)),
  ),
  special("damage-zeros-in-trees", "a pack of trees begins with zeros", "damage", async (place) =>
    zero((await place.packs("trees")).at(-1) as string),
  ),
  special("damage-zeros-in-the-config", "the config begins with zeros", "damage", (place) =>
    zero(inRepository(place, "config")),
  ),
  special("damage-stump-of-the-config", "the config is cut to ten bytes", "damage", (place) =>
    cut(inRepository(place, "config"), 10),
  ),
  special("damage-pack-with-another-name", "a pack has another name", "damage", async (place) =>
    rename(await firstPack(place), inRepository(place, "data", "00", "0".repeat(64))),
  ),
  special("damage-pack-is-longer", "a pack has a byte too many", "damage", async (place) => {
    const path = await firstPack(place);
    await chmod(path, 0o600);
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.from("x")]));
  }),
  special("damage-all-data-is-lost", "the directory data is gone", "damage", (place) =>
    remove(inRepository(place, "data")),
  ),
  special("damage-all-indexes-are-lost", "the directory index is gone", "damage", (place) =>
    remove(inRepository(place, "index")),
  ),
  special("failure-all-keys-are-lost", "the directory keys is gone", "failure", (place) =>
    remove(inRepository(place, "keys")),
  ),
  special("damage-foreign-index", "a file of another program lies in index", "damage", (place) =>
    writeFile(inRepository(place, "index", "a".repeat(64)), "x"),
  ),
  special("damage-foreign-snapshot", "a file of another program lies in snapshots", "damage", (place) =>
    writeFile(inRepository(place, "snapshots", "a".repeat(64)), "x"),
  ),
  {
    name: "failure-foreign-lock",
    how: "a file of another program lies in locks",
    expect: "failure",
    run: async (place) => {
      await writeFile(inRepository(place, "locks", "a".repeat(64)), "x");
      // restic looks at it again and again before it gives up.
      await place.restic(["--retry-lock=0s", ...check()], { limit: 180 });
      await place.restic(["--retry-lock=0s", ...backup(place)], { limit: 180 });
    },
  },
  special("damage-foreign-key", "a file of another program lies in keys", "damage", (place) =>
    writeFile(inRepository(place, "keys", "a".repeat(64)), "x"),
  ),
  ...["snapshots", "index", "data", "keys"].map((directory) =>
    special(
      `refused-directory-${directory}`,
      `the directory ${directory} has mode 000`,
      "failure",
      (place) => chmod(inRepository(place, directory), 0),
      { rights: [] },
    ),
  ),
  special(
    "refused-writing",
    "the repository is read-only",
    "failure",
    async (place) => {
      for (const name of ["locks", "snapshots", "index", "data"]) {
        await chmod(inRepository(place, name), 0o500);
      }
    },
    { rights: [] },
  ),
];

export const damageScenes: readonly Scene[] = [...injuries, ...refusals, ...others];
