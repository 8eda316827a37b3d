import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeTree } from "../test/support/make-tree";
import { writeSnapshots } from "../test/support/write-snapshots";
import type { Place } from "./place";
import { makePlace } from "./place";
import { median } from "./statistics";

/** What a night costs at one size. */
export interface Point {
  readonly size: number;
  /** Seconds of backup.sh, and of the restic commands that it must run. */
  readonly script: number;
  readonly restic: number;
}

export interface Growth {
  readonly of: "snapshots" | "files";
  readonly points: readonly Point[];
}

/** How the cost of a night that removes nothing grows. Every size has a repository of its own. */
export async function measureGrowth(folder: string, bin: string, pairs: number, all: boolean): Promise<Growth[]> {
  const sizes = { snapshots: [100, 1000, 10_000], files: [1000, 10_000, 100_000, ...(all ? [1_000_000] : [])] };
  const [snapshots, files]: [Point[], Point[]] = [[], []];
  for (const size of sizes.snapshots) {
    snapshots.push(await atSize(folder, bin, pairs, size, { files: 100, snapshots: size }));
  }
  for (const size of sizes.files) {
    files.push(await atSize(folder, bin, pairs, size, { files: size, snapshots: 1 }));
  }
  const growth: Growth[] = [
    { of: "snapshots", points: snapshots },
    { of: "files", points: files },
  ];
  growth.forEach(print);
  return growth;
}

async function atSize(
  folder: string,
  bin: string,
  pairs: number,
  size: number,
  { files, snapshots }: { files: number; snapshots: number },
): Promise<Point> {
  console.log(`Measuring ${snapshots.toLocaleString("en")} snapshots and ${files.toLocaleString("en")} files ...`);
  const [own, source] = [join(folder, "growing"), join(folder, "growing-export")];
  await mkdir(source);
  makeTree(source, files);
  const place = await makePlace(bin, own, source, "--keep-last=1000000");
  await place.restic();
  writeNights(place, snapshots - 1);
  // The first look at so many objects fills the cache.
  await place.restic();
  const costs = [];
  for (let pair = 0; pair < pairs; pair++) {
    costs.push({ script: (await place.script()).seconds, restic: (await place.restic()).seconds });
  }
  await Promise.all([own, source].map((name) => rm(name, { recursive: true })));
  return {
    size,
    script: median(costs.map(({ script }) => script)),
    restic: median(costs.map(({ restic }) => restic)),
  };
}

/** One snapshot for each night before, all of the same tree. */
function writeNights({ repository, password, source }: Place, many: number): void {
  const env = { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: password };
  const list = execFileSync("restic", ["snapshots", "--json", "--no-lock", "--no-cache"], { env, encoding: "utf8" });
  const [{ tree }] = JSON.parse(list) as [{ tree: string }];
  const specs = Array.from({ length: many }, (_, night) => ({
    time: new Date(Date.now() - (night + 1) * 86_400_000).toISOString(),
    host: "jira-backup",
    paths: [source],
    tree,
    files: 100,
    bytes: 2000,
  }));
  writeSnapshots(repository, password, specs);
}

function print({ of, points }: Growth): void {
  console.log(`\nA night that removes nothing, with so many ${of}:\n`);
  console.log(`${of.padStart(10)}   backup.sh      restic alone   ratio   difference`);
  for (const { size, script, restic } of points) {
    const numbers = [`${script.toFixed(2)} s`, `${restic.toFixed(2)} s`].map((text) => text.padEnd(12)).join("   ");
    const [ratio, difference] = [(script / restic).toFixed(2), (script - restic).toFixed(2)];
    console.log(`${size.toLocaleString("en").padStart(10)}   ${numbers}   ${ratio}    ${difference} s`);
  }
}
