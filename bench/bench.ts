import { mkdtemp, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { environment } from "../sandbox/environment";
import type { Cost, Night } from "./night";
import { prepare } from "./night";

/**
 * npm run bench [-- --pairs 7]: what backup.sh costs over the restic commands that it must run, on an unchanged source of
 * 1 GiB, store and source in memory, with a key of the usual cost. Both run in turn, so that the machine's other work
 * meets both. Ends with 1 if one kind of night costs more than the limit.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { pairs: { type: "string", default: "7" } } });
  Object.assign(process.env, await environment());
  const folder = await mkdtemp("/dev/shm/restic-backup-bench-");
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => rm(folder, { recursive: true, force: true }).finally(() => process.exit(130)));
  }
  try {
    for (const night of await prepare(folder)) {
      await measure(night, Number(values.pairs));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds that backup.sh may take in addition. */
const limit = 0.1;

async function measure(night: Night, pairs: number): Promise<void> {
  // From the third on, there is a snapshot to remove.
  for (let first = 1; first <= 3; first++) {
    await night.restic();
  }
  console.log(`\nA night that ${night.name}. backup.sh starts:`);
  console.log((await night.openings()).map((line) => `  restic ${line}`).join("\n"));
  console.log("\npair   backup.sh            these commands alone   difference");
  const [scripts, bare]: [Cost[], Cost[]] = [[], []];
  for (let pair = 1; pair <= pairs; pair++) {
    const [script, commands] = [await night.script(), await night.restic()];
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
  if (difference > limit) {
    process.exitCode = 1;
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function least(numbers: readonly number[]): number {
  return Math.min(...numbers);
}

function shown({ seconds, cpu }: Cost): string {
  return `${seconds.toFixed(3)} s (CPU ${cpu.toFixed(2)} s)`;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
