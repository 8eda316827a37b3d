import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { sealer } from "../cheap-key";
import type { Expect, Place, Scene } from "./harvest-place";
import { password, renew } from "./harvest-place";

interface Blob {
  id: string;
  readonly type: "data" | "tree";
  offset: number;
  length: number;
  uncompressed_length?: number;
}

interface Index {
  packs: { id: string; blobs: Blob[] }[];
}

/** Writes an object as restic would, whatever it says. Returns its name. */
async function write(place: Place, kind: "index" | "snapshots" | "data" | "keys", content: Buffer): Promise<string> {
  const name = createHash("sha256").update(content).digest("hex");
  const path = join(place.repository, kind, ...(kind === "data" ? [name.slice(0, 2)] : []), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return name;
}

async function changeIndexes(place: Place, change: (index: Index) => void): Promise<void> {
  const seal = sealer(place.repository, password);
  for (const path of await place.objects("index")) {
    const args = ["--no-lock", "--no-cache", "cat", "index", basename(path)];
    const { stdout } = await execa("restic", args, { env: place.env, stdin: "ignore" });
    const index = JSON.parse(stdout) as Index;
    change(index);
    await chmod(path, 0o600);
    await rm(path);
    await write(place, "index", seal(JSON.stringify(index)));
  }
}

/** A snapshot whose directory says this. */
async function addTree(place: Place, tree: string): Promise<string> {
  const seal = sealer(place.repository, password);
  const blob = seal(tree);
  // The header, which nobody reads here, of one blob.
  const pack = await write(place, "data", Buffer.concat([blob, Buffer.alloc(73)]));
  const id = createHash("sha256").update(tree).digest("hex");
  const blobs = [{ id, type: "tree", offset: 0, length: blob.length }];
  await write(place, "index", seal(JSON.stringify({ packs: [{ id: pack, blobs }] })));
  const snapshot = { time: "2026-11-27T00:00:00Z", tree: id, paths: ["/"], hostname: "jira-backup" };
  return write(place, "snapshots", seal(JSON.stringify(snapshot)));
}

function scene(name: string, how: string, expect: Expect, run: (place: Place) => Promise<void>): Scene {
  return { name, how, expect, run };
}

const restore = (place: Place, from = `latest:${place.source}`) => [
  ...["--no-cache", "--json", "restore", from, "--target", place.target, "--verify"],
];
const check = ["--no-cache", "check"];

const readAll = ["--no-cache", "check", "--read-data"];

function changedIndex(name: string, how: string, change: (index: Index) => void, only = false): Scene {
  return scene(name, how, "damage", async (place) => {
    const commands = only ? [readAll] : [readAll, restore(place), ["--no-cache", "prune", "--max-unused", "0"]];
    for (const args of commands) {
      await renew(place);
      await changeIndexes(place, change);
      await place.restic(args);
    }
  });
}

const ofFiles = (index: Index) => index.packs.filter(({ blobs }) => blobs.every(({ type }) => type === "data"));

const trees = {
  "without-contents": '{"nodes":[{"name":"hash mismatch","type":"file","size":10,"content":null}]}',
  "without-subtree": '{"nodes":[{"name":"hash mismatch","type":"dir","subtree":null}]}',
  "of-another-kind": '{"nodes":[{"name":"hash mismatch","type":"strange"}]}',
  "that-is-none": '{"nodes":3}',
};

export const craftedScenes: readonly Scene[] = [
  changedIndex("damage-index-without-files", "an index that knows no files", (index) => {
    index.packs = index.packs.filter(({ blobs }) => blobs.every(({ type }) => type === "tree"));
  }),
  changedIndex("damage-index-with-gaps", "an index that does not know all of a pack", (index) => {
    for (const pack of ofFiles(index)) {
      pack.blobs.splice(0, 1);
    }
  }),
  // A restore writes by these sizes, and takes the disk of the target for faulty.
  changedIndex(
    "damage-index-with-wrong-sizes",
    "an index with wrong sizes",
    (index) => {
      for (const { blobs } of ofFiles(index)) {
        for (const blob of blobs) {
          blob.uncompressed_length = 1;
        }
      }
    },
    true,
  ),
  changedIndex("damage-index-with-wrong-names", "an index that takes one blob for another", (index) => {
    for (const { blobs } of ofFiles(index)) {
      const ids = blobs.map(({ id }) => id);
      for (const [place, blob] of blobs.entries()) {
        blob.id = ids[(place + 1) % ids.length] as string;
      }
    }
  }),
  scene("damage-snapshot-that-is-none", "a snapshot that is no JSON", "damage", async (place) => {
    await write(place, "snapshots", sealer(place.repository, password)('{"time":'));
    for (const args of [["--no-lock", "--json", "snapshots"], ["--no-cache", "prune"], check, restore(place)]) {
      await place.restic(args);
    }
  }),
  scene("damage-index-that-is-none", "an index that is no JSON", "damage", async (place) => {
    await write(place, "index", sealer(place.repository, password)('{"packs":'));
    await place.restic(check);
    await place.restic(restore(place));
  }),
  ...Object.entries(trees).map(([name, tree]) =>
    scene(`damage-tree-${name}`, `a directory ${name.replaceAll("-", " ")}`, "damage", async (place) => {
      const snapshot = await addTree(place, tree);
      await place.restic(check);
      await place.restic(["--no-lock", "--no-cache", "--json", "ls", snapshot, "--recursive", "/"]);
      await place.restic(restore(place, snapshot));
    }),
  ),
  scene("failure-too-many-keys", "26 keys, of which restic tries 20", "failure", async (place) => {
    const [key = ""] = await place.objects("keys");
    const words = JSON.parse(await readFile(key, "utf8"));
    // Another password made them, and the directory lists them before ours.
    const salt = Buffer.alloc(64).toString("base64");
    for (let number = 0, before = 0; before < 25; number++) {
      const other = JSON.stringify({ ...words, username: String(number), salt });
      if (createHash("sha256").update(other).digest("hex") < basename(key)) {
        before += 1;
        await write(place, "keys", Buffer.from(other));
      }
    }
    for (const args of [["--no-lock", "--json", "snapshots"], ["--no-cache", "prune"], restore(place)]) {
      await place.restic(args);
    }
  }),
  scene("failure-address-through-a-file", "an address that leads through a file", "failure", async (place) => {
    const env = { RESTIC_REPOSITORY: join(place.repository, "config", "repository") };
    await place.restic(["--no-lock", "--no-cache", "cat", "config"], { env, limit: 6 });
  }),
];
