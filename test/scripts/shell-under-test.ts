import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { execa } from "execa";
import type { Report } from "./checked-report";
import { checkedReport, secrets } from "./checked-report";
import { forAnyUser } from "./for-any-user";
import type { MoreRights } from "./rights";
import { rightsOf, withRights } from "./rights";
import type { Shell } from "./shells";
import { programPath, shells } from "./shells";
import { zipOfBytes } from "./zip";

/** A user without any right that his files do not give him. */
const nobody = 65534;

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly report: Report;
}

export interface Running {
  readonly pid: number;
  readonly outcome: Promise<Outcome>;
  /** What was printed until now. */
  output(): string;
}

export interface RunOptions {
  readonly env?: Record<string, string | undefined>;
  /** Run as a user without rights; the world then belongs to that user. */
  readonly asNobody?: boolean;
  /** Root has the rights of the pod that runs the script; what a test needs beyond them. */
  readonly rights?: MoreRights;
  /** Root as a file server takes it that trusts no root: it reads what its user may, and no more. */
  readonly squashed?: boolean;
}

/** A place for one test: a repository, a source and a target, and one shell to run the scripts with. */
export interface World {
  readonly shell: string;
  readonly folder: string;
  readonly repository: string;
  readonly source: string;
  readonly target: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a script to its end, and checks what holds for every run: a truthful report, no secret, nothing left behind. */
  run(script: string, args?: readonly string[], options?: RunOptions): Promise<Outcome>;
  start(script: string, args?: readonly string[], options?: RunOptions): Running;
  /** The real restic on the world's repository. */
  restic(...args: readonly string[]): Promise<string>;
  path(name: string): string;
}

/** One test, run under both shells at once. */
export function inBothShells(title: string, test: (world: World) => Promise<void>): void {
  it(title, async () => {
    const results = await Promise.allSettled(shells.map((shell) => inWorld(shell, test)));
    for (const [index, result] of results.entries()) {
      if (result.status === "rejected") {
        const error = result.reason instanceof Error ? result.reason : new Error(String(result.reason));
        error.message = `${shells[index]?.name}: ${error.message}`;
        throw error;
      }
    }
  });
}

/** One test under the shell of the image only: where the shell is not what is tested, and time is. */
export function inBusybox(title: string, test: (world: World) => Promise<void>): void {
  it(title, () => inWorld(shells[0] as Shell, test));
}

/** Runs a test in a place of its own, of which nothing is left afterwards. */
export async function inWorld(shell: Shell, test: (world: World) => Promise<void>): Promise<void> {
  const started = new Set<number>();
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "scripts-test-"));
  try {
    await test(await makeWorld(shell, folder, started));
  } finally {
    // What hangs has failed its test, and must not outlive it.
    for (const pid of started) {
      killGroup(pid);
    }
    await rm(folder, { recursive: true, force: true });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
}

/** Four hundred links: one directory of them serves all worlds of a shell. */
const programs = new Map<string, Promise<string>>();

function programsOf(shell: Shell): Promise<string> {
  const made = programs.get(shell.name) ?? makePrograms(shell);
  programs.set(shell.name, made);
  return made;
}

async function makePrograms(shell: Shell): Promise<string> {
  const { restic, jq, folder } = await forAnyUser();
  const bin = join(folder, `programs-of-${shell.command}`);
  await mkdir(bin);
  await shell.fillBin(bin);
  await symlink(restic, join(bin, "restic"));
  await symlink(jq, join(bin, "jq"));
  await symlink(await programPath("ssh"), join(bin, "ssh"));
  return bin;
}

async function makeWorld(shell: Shell, folder: string, started: Set<number>): Promise<World> {
  const path = (name: string) => join(folder, name);
  const [bin, source, tmp, target] = [path("bin"), path("export"), path("tmp"), path("import")];
  await Promise.all([source, tmp].map((name) => mkdir(name)));
  const { scripts } = await forAnyUser();
  await symlink(await programsOf(shell), bin);
  const setpriv = await programPath("setpriv");
  await writeFile(path("password"), `${secrets[0]}\n`);
  await writeFile(path("report"), "");
  await writeFile(join(source, "jira.zip"), zipOfBytes(100_000));
  const repository = path("repository");
  const env = {
    PATH: bin,
    HOME: tmp,
    TMPDIR: tmp,
    TZ: "Europe/Berlin",
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD_FILE: path("password"),
    RESTIC_CACHE_DIR: path("cache"),
    RESTIC_PROGRESS_FPS: "0.0166",
    AWS_SECRET_ACCESS_KEY: secrets[1] as string,
    RESTIC_REST_USERNAME: "jira",
    RESTIC_REST_PASSWORD: secrets[2] as string,
    BACKUP_HOST: "jira-backup",
    BACKUP_PATH: source,
    RESTORE_PATH: target,
    BACKUP_CONFIRM_WAIT: "1",
    BACKUP_LOCK_WAIT: "1",
    BACKUP_REPORT_FILE: path("report"),
  };
  const start = (script: string, args: readonly string[] = [], options: RunOptions = {}): Running => {
    const place = options.env?.RESTIC_REPOSITORY ?? repository;
    const capabilities = [...rightsOf(basename(script), place), ...(options.rights?.capabilities ?? [])].filter(
      (name) => !options.squashed || !name.startsWith("dac_"),
    );
    const [program = "", ...words] = [
      ...(options.asNobody ? [] : withRights(setpriv, capabilities)),
      join(bin, shell.command),
      resolve(scripts, script),
      ...args,
    ];
    // A group of its own, so that a test can kill the script and its restic at one blow.
    const process = execa(program, words, {
      env: { ...env, ...options.env },
      // As in a pod.
      cwd: "/",
      extendEnv: false,
      all: true,
      reject: false,
      detached: true,
      stdin: "ignore",
      ...(options.asNobody ? { uid: nobody, gid: nobody } : {}),
    });
    started.add(process.pid as number);
    let printed = "";
    process.all.on("data", (chunk) => {
      printed += chunk;
    });
    const outcome = process.then(async (result) => {
      started.delete(process.pid as number);
      assert.equal(
        result.failed && result.exitCode === undefined && result.signal === undefined,
        false,
        result.shortMessage,
      );
      return {
        exitCode: result.exitCode,
        output: result.all,
        report:
          result.exitCode === undefined
            ? ({} as Report)
            : await checkedReport(result, options.env?.BACKUP_REPORT_FILE === undefined ? path("report") : undefined),
      };
    });
    return { pid: process.pid as number, outcome, output: () => printed };
  };
  return {
    shell: shell.name,
    folder,
    repository,
    source,
    target,
    env,
    path,
    start,
    run: async (script, args, options) => {
      if (options?.asNobody) {
        await giveToNobody(folder);
      }
      const before = await readdir(tmp);
      const outcome = await start(script, args, options).outcome;
      const left = (await readdir(tmp)).filter((name) => !before.includes(name));
      assert.deepEqual(left, [], "something is left in TMPDIR");
      return outcome;
    },
    restic: async (...args) => {
      const { stdout } = await execa("restic", args, { env, stdin: "ignore" });
      return stdout;
    },
  };
}

export async function giveToNobody(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name !== "bin") {
      await chown(join(folder, name), nobody, nobody).catch((error: NodeJS.ErrnoException) => {
        assert.equal(error.code, "ENOENT");
      });
    }
  }
  await chown(folder, nobody, nobody);
  await chmod(folder, 0o755);
}
