import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { environment } from "../sandbox/environment";
import { programPath, shells } from "../test/scripts/shells";

/**
 * npm run bench [-- --pairs 7]: what backup.sh costs over the restic commands that it must run, on an unchanged source of
 * 1 GiB, store and source in memory, with a key of the usual cost. Both run in turn, so that the machine's other work
 * meets both.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { pairs: { type: "string", default: "7" } } });
  Object.assign(process.env, await environment());
  const folder = await mkdtemp("/dev/shm/restic-backup-bench-");
  try {
    await measure(await prepare(folder), Number(values.pairs));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const policy = ["--keep-daily=7", "--keep-weekly=4", "--keep-last=3"];

async function measure({ env, run, openings }: Prepared, pairs: number): Promise<void> {
  await execa("restic", ["init"], { env });
  await run("backup.sh");
  console.log(`restic opened the repository ${await openings()} times in one run of backup.sh that removed nothing\n`);
  console.log("pair   backup.sh            restic backup, forget --dry-run   difference");
  const differences: number[] = [];
  const [scripts, bare]: [Cost[], Cost[]] = [[], []];
  for (let pair = 1; pair <= pairs; pair++) {
    const script = await run("backup.sh");
    const commands = await run("restic-only");
    scripts.push(script);
    bare.push(commands);
    differences.push(script.seconds - commands.seconds);
    console.log(
      `${String(pair).padStart(4)}   ${shown(script)}   ${shown(commands)}             ${(script.seconds - commands.seconds).toFixed(3)} s`,
    );
  }
  const medians = [scripts, bare].map((costs) => median(costs.map(({ seconds }) => seconds))) as [number, number];
  const cpu = [scripts, bare].map((costs) => median(costs.map((cost) => cost.cpu))) as [number, number];
  console.log(
    `\nmedian: backup.sh ${medians[0].toFixed(3)} s, restic ${medians[1].toFixed(3)} s, ratio ${(medians[0] / medians[1]).toFixed(3)}`,
  );
  const least = [scripts, bare].map((costs) => Math.min(...costs.map(({ seconds }) => seconds))) as [number, number];
  console.log(
    `least: backup.sh ${least[0].toFixed(3)} s, restic ${least[1].toFixed(3)} s, difference ${(least[0] - least[1]).toFixed(3)} s`,
  );
  console.log(`median difference: ${median(differences).toFixed(3)} s (limit: 0.1 s)`);
  console.log(
    `CPU: backup.sh ${cpu[0].toFixed(3)} s, restic ${cpu[1].toFixed(3)} s, difference ${(cpu[0] - cpu[1]).toFixed(3)} s`,
  );
  process.exitCode = median(differences) <= 0.1 ? 0 : 1;
}

interface Cost {
  readonly seconds: number;
  /** User and system time of it and all that it started. */
  readonly cpu: number;
}

interface Prepared {
  readonly env: Record<string, string>;
  /** Times one of the two. */
  run(what: "backup.sh" | "restic-only"): Promise<Cost>;
  /** How often a run of backup.sh starts restic. */
  openings(): Promise<number>;
}

/** The image's shell with nothing beside it but its applets, restic and jq. */
async function prepare(folder: string): Promise<Prepared> {
  const path = (name: string) => join(folder, name);
  const [bin, source] = [path("bin"), path("export")];
  await Promise.all([bin, source, path("tmp"), path("counting")].map((name) => mkdir(name)));
  for (let file = 0; file < 8; file++) {
    await writeFile(join(source, `export-${file}.zip`), randomBytes(128 * 1024 * 1024));
  }
  await shells[0]?.fillBin(bin);
  await Promise.all(["restic", "jq"].map(async (name) => symlink(await programPath(name), join(bin, name))));
  await writeFile(path("password"), "the password\n");
  const env = {
    PATH: bin,
    HOME: path("tmp"),
    TMPDIR: path("tmp"),
    RESTIC_REPOSITORY: path("repository"),
    RESTIC_PASSWORD_FILE: path("password"),
    RESTIC_CACHE_DIR: path("cache"),
    RESTIC_PROGRESS_FPS: "0.0166",
    BACKUP_HOST: "jira-backup",
    BACKUP_PATH: source,
    BACKUP_RETENTION: policy.join("\n"),
  };
  const commands = [
    `restic backup --json --host jira-backup ${source} >$TMPDIR/stdout 2>$TMPDIR/stderr </dev/null`,
    `restic forget --dry-run --json --group-by host,paths ${policy.join(" ")} >$TMPDIR/stdout 2>$TMPDIR/stderr </dev/null`,
  ].join(" && ");
  const command = {
    "backup.sh": [join(__dirname, "..", "scripts", "backup.sh")],
    "restic-only": ["-c", commands],
  };
  const run = async (what: keyof typeof command, PATH = bin): Promise<Cost> => {
    const times = path("times");
    // Of the shell that waits for it: `times` shows what its children used.
    const timed = `"$@" >${path("output")} 2>&1; code=$?; times >${times}; exit $code`;
    const began = process.hrtime.bigint();
    await execa(join(bin, "sh"), ["-c", timed, "sh", join(bin, "sh"), ...command[what]], {
      env: { ...env, PATH },
      extendEnv: false,
      stdin: "ignore",
    });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const [, ofChildren] = (await readFile(times, "utf8")).trim().split("\n");
    const parts = [...(ofChildren ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
    return { seconds, cpu: parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0) };
  };
  return {
    env,
    run: (what) => run(what),
    openings: async () => {
      const log = path("openings");
      const counting = `#!${join(bin, "sh")}\necho "$*" >>${log}\nexec ${join(bin, "restic")} "$@"\n`;
      await writeFile(join(path("counting"), "restic"), counting, { mode: 0o755 });
      await run("backup.sh", `${path("counting")}:${bin}`);
      const started = (await readFile(log, "utf8")).trim().split("\n");
      console.log(started.map((line) => `  restic ${line.replaceAll(folder, "")}`).join("\n"));
      return started.length;
    },
  };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function shown({ seconds, cpu }: Cost): string {
  return `${seconds.toFixed(3)} s (CPU ${cpu.toFixed(2)} s)`;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
