import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cost, Place } from "./place";
import { makePlace } from "./place";
import { least, median } from "./statistics";

/** Seconds that backup.sh may take in addition. */
const limit = 0.1;

const kinds = [
  { name: "removes nothing", rule: "--keep-last=1000", removes: false, openings: 2 },
  { name: "removes the oldest snapshot", rule: "--keep-last=3", removes: true, openings: 3 },
];

/** Both kinds of night, on an unchanged source of 1 GiB. False if one costs more than the limit. */
export async function measureNights(folder: string, bin: string, pairs: number): Promise<boolean> {
  const source = join(folder, "export");
  await mkdir(source);
  for (let file = 0; file < 8; file++) {
    await writeFile(join(source, `export-${file}.zip`), randomBytes(128 * 1024 * 1024));
  }
  let isGood = true;
  for (const kind of kinds) {
    const place = await makePlace(bin, join(folder, kind.name.replaceAll(" ", "-")), source, kind.rule);
    isGood = (await measure(kind, place, pairs)) && isGood;
  }
  return isGood;
}

async function measure(kind: (typeof kinds)[number], place: Place, pairs: number): Promise<boolean> {
  // From the third on, there is a snapshot to remove.
  for (let first = 1; first <= 3; first++) {
    await place.restic();
  }
  const openings = await place.openings();
  console.log(`\nA night that ${kind.name}. backup.sh starts:`);
  console.log(openings.map((line) => `  restic ${line}`).join("\n"));
  console.log("\npair   backup.sh            these commands alone   difference");
  const [scripts, bare]: [Cost[], Cost[]] = [[], []];
  for (let pair = 1; pair <= pairs; pair++) {
    const script = await place.script();
    const oldest = kind.removes ? (await place.snapshots()).slice(0, 1) : [];
    const commands = await place.restic(oldest);
    scripts.push(script);
    bare.push(commands);
    const difference = (script.seconds - commands.seconds).toFixed(3);
    console.log(`${String(pair).padStart(4)}   ${shown(script)}   ${shown(commands)}     ${difference} s`);
  }
  for (const [name, of] of [["median", median] as const, ["least", least] as const]) {
    const [script, commands] = [of(scripts.map(({ seconds }) => seconds)), of(bare.map(({ seconds }) => seconds))];
    const cpu = of(scripts.map((cost) => cost.cpu)) - of(bare.map((cost) => cost.cpu));
    console.log(
      `${name}: backup.sh ${script.toFixed(3)} s, restic ${commands.toFixed(3)} s, ratio ${(script / commands).toFixed(3)}, difference in CPU ${cpu.toFixed(3)} s`,
    );
  }
  const difference = median(scripts.map(({ seconds }, pair) => seconds - (bare[pair] as Cost).seconds));
  console.log(`median difference: ${difference.toFixed(3)} s (limit: ${limit} s)`);
  if (openings.length !== kind.openings) {
    console.log(`${openings.length} openings of the repository, and ${kind.openings} are enough`);
  }
  return difference <= limit && openings.length === kind.openings;
}

function shown({ seconds, cpu }: Cost): string {
  return `${seconds.toFixed(3)} s (CPU ${cpu.toFixed(2)} s)`;
}
