import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { imageProgram, programPath } from "../test/scripts/programs";
import { shells } from "../test/scripts/shells";

export interface Cost {
  readonly seconds: number;
  /** User and system time of it and all that it started. */
  readonly cpu: number;
}

/** The image's shell with nothing beside it but its applets, restic and jq. */
export async function makeBin(bin: string): Promise<void> {
  await mkdir(bin);
  await shells[0]?.fillBin(bin);
  await symlink(await programPath("restic"), join(bin, "restic"));
  await symlink(await imageProgram("jq"), join(bin, "jq"));
}

/** A repository of its own and a source, where backup.sh and restic do the same in turn. */
export interface Place {
  readonly repository: string;
  readonly password: string;
  readonly source: string;
  /** The commands that such a night cannot do without; it removes what is named. */
  restic(removed?: readonly string[]): Promise<Cost>;
  script(): Promise<Cost>;
  /** The arguments of each restic that a run of backup.sh starts. */
  openings(): Promise<readonly string[]>;
  /** Ids of all snapshots, oldest first. */
  snapshots(): Promise<string[]>;
}

export async function makePlace(bin: string, own: string, source: string, rule: string): Promise<Place> {
  const path = (of: string) => join(own, of);
  await mkdir(own);
  await Promise.all(["tmp", "counting"].map((of) => mkdir(path(of))));
  const password = "the password";
  await writeFile(path("password"), `${password}\n`);
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
    BACKUP_RETENTION: rule,
  };
  await execa("restic", ["init"], { env });
  const timed = (command: readonly string[], PATH = bin) => time(bin, path, { ...env, PATH }, command);
  const script = (PATH?: string) => timed([join(__dirname, "..", "scripts", "backup.sh")], PATH);
  return {
    repository: env.RESTIC_REPOSITORY,
    password,
    source,
    script: () => script(),
    restic: (removed = []) => timed(["-c", inShell([...night(source), ...removal(removed)])]),
    openings: async () => {
      const log = path("openings");
      const counting = `#!${join(bin, "sh")}\necho "$*" >>${log}\nexec ${join(bin, "restic")} "$@"\n`;
      await writeFile(join(path("counting"), "restic"), counting, { mode: 0o755 });
      await script(`${path("counting")}:${bin}`);
      return (await readFile(log, "utf8")).trim().replaceAll(own, "").replaceAll(source, "SOURCE").split("\n");
    },
    snapshots: async () => {
      const { stdout } = await execa("restic", ["snapshots", "--json", "--no-lock"], { env, maxBuffer: 2 ** 30 });
      return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
    },
  };
}

function night(source: string): string[] {
  return [`backup --json --host jira-backup --group-by host,paths ${source}`, "snapshots --json --no-lock"];
}

function removal(ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`forget ${ids.join(" ")}`];
}

function inShell(commands: readonly string[]): string {
  return commands.map((command) => `restic ${command} >$TMPDIR/stdout 2>$TMPDIR/stderr </dev/null`).join(" && ");
}

async function time(
  bin: string,
  path: (of: string) => string,
  env: Record<string, string>,
  command: readonly string[],
): Promise<Cost> {
  // Of the shell that waits for it: `times` shows what its children used.
  const timed = `"$@" >${path("output")} 2>&1; code=$?; times >${path("times")}; exit $code`;
  const began = process.hrtime.bigint();
  await execa(join(bin, "sh"), ["-c", timed, "sh", join(bin, "sh"), ...command], {
    env,
    extendEnv: false,
    stdin: "ignore",
  }).catch(async (error) => {
    throw new Error(`${error.shortMessage}\n${await readFile(path("output"), "utf8")}`);
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const [, ofChildren] = (await readFile(path("times"), "utf8")).trim().split("\n");
  const parts = [...(ofChildren ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return { seconds, cpu: parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0) };
}
