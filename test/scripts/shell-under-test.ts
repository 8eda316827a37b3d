import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { access, chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const scripts = join(__dirname, "..", "..", "scripts");

/** Values that no output may ever hold. */
export const secrets = ["the-password-itself", "aws-secret-key", "rest-server-password"];

/** A user without any right that his files do not give him. */
const nobody = 65534;

export interface Report {
  readonly command: string;
  readonly result: "success" | "partial" | "failure";
  readonly exitCode: number;
  readonly snapshot?: string;
  readonly files?: number;
  readonly bytes?: number;
  readonly bytesAdded?: number;
  readonly retention?: string;
  readonly seconds: number;
  readonly repositoryId?: string;
  readonly message: string;
}

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

interface Shell {
  readonly name: string;
  readonly command: string;
  readonly fillBin: (bin: string) => Promise<void>;
}

const shells: readonly Shell[] = [
  {
    name: "busybox sh",
    command: "sh",
    fillBin: async (bin) => {
      const busybox = await programPath("busybox");
      const { stdout } = await execa(busybox, ["--list"]);
      // busybox runs its own applets rather than what PATH holds, unless they are the only ones there.
      await Promise.all(stdout.split("\n").map((applet) => symlink(busybox, join(bin, applet.trim()))));
    },
  },
  {
    name: "dash",
    command: "dash",
    fillBin: async (bin) => {
      const programs = (
        "cat chmod cp cut date dash dirname find grep head id mkdir mktemp mv printf readlink rm rmdir " +
        "sed sleep stat tail tr wc"
      ).split(" ");
      await Promise.all(programs.map(async (program) => symlink(await programPath(program), join(bin, program))));
    },
  },
];

async function inWorld(shell: Shell, test: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "scripts-test-"));
  try {
    await test(await makeWorld(shell, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeWorld(shell: Shell, folder: string): Promise<World> {
  const path = (name: string) => join(folder, name);
  const [bin, source, tmp, target] = [path("bin"), path("export"), path("tmp"), path("import")];
  await Promise.all([bin, source, tmp].map((name) => mkdir(name)));
  await shell.fillBin(bin);
  await Promise.all(["restic", "jq"].map(async (name) => symlink(await programPath(name), join(bin, name))));
  await writeFile(path("password"), `${secrets[0]}\n`);
  await writeFile(path("report"), "");
  await writeFile(join(source, "jira.zip"), Buffer.alloc(100_000, "zip"));
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
    const user = options.asNobody ? [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"] : [];
    const command = [join(bin, shell.command), join(scripts, script), ...args];
    // A group of its own, so that a test can kill the script and its restic at one blow.
    const process = execa(
      options.asNobody ? "setpriv" : (command[0] as string),
      [...user, ...command].slice(options.asNobody ? 0 : 1),
      {
        env: { ...env, ...options.env },
        extendEnv: false,
        all: true,
        reject: false,
        detached: true,
        stdin: "ignore",
      },
    );
    let printed = "";
    process.all.on("data", (chunk) => {
      printed += chunk;
    });
    const outcome = process.then(async (result) => {
      assert.equal(
        result.failed && result.exitCode === undefined && result.signal === undefined,
        false,
        result.shortMessage,
      );
      return {
        exitCode: result.exitCode,
        output: result.all,
        report: result.exitCode === undefined ? ({} as Report) : await checkedReport(result, path("report"), options),
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
      const outcome = await start(script, args, options).outcome;
      assert.deepEqual(await readdir(tmp), [], "TMPDIR is left empty");
      return outcome;
    },
    restic: async (...args) => {
      const { stdout } = await execa("restic", args, { env, stdin: "ignore" });
      return stdout;
    },
  };
}

interface Finished {
  readonly stdout: string;
  readonly all: string;
  readonly exitCode?: number;
}

/** The report is the last line, and the same stands in the report file: after each run, whatever happened. */
async function checkedReport(result: Finished, file: string, options: RunOptions): Promise<Report> {
  for (const secret of secrets) {
    assert.ok(!result.all.includes(secret), `the output holds the secret ${secret}`);
  }
  const last = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  assert.match(last, /^\{.*\}$/, `the last line is no report:\n${result.all}`);
  const report = JSON.parse(last) as Report;
  assert.equal(report.exitCode, result.exitCode, "the report names the exit code");
  assert.equal(report.result, { 0: "success", 3: "partial" }[report.exitCode] ?? "failure");
  assert.ok(report.message.length > 20, "the report says something to a human");
  if (options.env?.BACKUP_REPORT_FILE === undefined) {
    const written = await readFile(file, "utf8");
    assert.equal(written, `${last}\n`, "the report file holds the report");
    assert.ok(Buffer.byteLength(written) <= 4096, "Kubernetes would cut the report");
  }
  return report;
}

async function giveToNobody(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.startsWith("bin/")) {
      await chown(join(folder, name), nobody, nobody).catch((error: NodeJS.ErrnoException) => {
        assert.equal(error.code, "ENOENT");
      });
    }
  }
  await chown(folder, nobody, nobody);
  await chmod(folder, 0o755);
}

/** A missing program fails the tests: one that is skipped would say nothing. */
async function programPath(name: string): Promise<string> {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const candidate = join(folder, name);
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    ) {
      return candidate;
    }
  }
  throw new Error(
    `${name} is not on the PATH: these tests need it. Debian has it as a package; npm run sandbox builds restic.`,
  );
}

let template: Promise<string> | undefined;

/** Puts a new, empty repository into the world. It is made once and copied, because each key costs half a second. */
export async function withRepository(world: World): Promise<void> {
  template ??= mkdtemp(join(tmpdir(), "scripts-test-repository-")).then(async (folder) => {
    await execa("restic", ["init"], { env: { ...world.env, RESTIC_REPOSITORY: folder }, stdin: "ignore" });
    return folder;
  });
  await cp(await template, world.repository, { recursive: true });
}

after(async () => {
  if (template !== undefined) {
    await rm(await template, { recursive: true, force: true });
  }
});

/** Waits until something holds, and fails when it does not within the time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} did not come true within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Names of the locks in the world's repository. */
export async function locks(world: World): Promise<string[]> {
  return readdir(join(world.repository, "locks"));
}
