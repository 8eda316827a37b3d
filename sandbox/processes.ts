import { type SpawnOptions, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { familyOf, identityOf, processesWith } from "./proc";
import { cluster, logs } from "./state";
import { writeAtomically } from "./write-atomically";

/** A program that goes on when we end. */
export interface Program {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** A file that it reads when it starts; when the content is another one, it is started anew. */
  readonly config?: { readonly path: string; readonly content: string };
}

/** The pid alone would be somebody else's after a while. */
interface Recorded {
  readonly pid: number;
  readonly identity: string;
  /** Hash of the configuration that it was started with. */
  readonly config?: string;
}

const folder = join(cluster, "pids");
const recordOf = (name: string) => join(folder, `${name}.json`);

/** Neither the caller's credentials nor their PATH are the cluster's business. */
const environment = {
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

/** Starts a program, unless it runs already with this configuration. */
export async function ensureRunning(part: Program): Promise<void> {
  if (isRunning(part)) {
    return;
  }
  if (runningPid(part.name) !== undefined) {
    await stop(part);
  }
  mkdirSync(folder, { recursive: true });
  mkdirSync(logs, { recursive: true });
  if (part.config) {
    writeAtomically(part.config.path, part.config.content);
  }
  const log = openSync(logOf(part.name), "a");
  const options: SpawnOptions = { detached: true, stdio: ["ignore", log, log], cwd: cluster, env: environment };
  const child = spawn(part.program, part.args, options);
  // Without a listener Node ends us with a stack trace; the missing pid says the same.
  child.on("error", () => {});
  child.unref();
  closeSync(log);
  if (child.pid === undefined) {
    throw new Error(`${part.program} cannot be started: is it installed?`);
  }
  const recorded: Recorded = { pid: child.pid, identity: identityOf(child.pid) ?? "", config: hashOf(part) };
  writeAtomically(recordOf(part.name), JSON.stringify(recorded));
}

/** Pid of the process that was started under this name, if it is still the same one. */
export function runningPid(name: string): number | undefined {
  return running(name)?.pid;
}

/** Whether it runs, and with the configuration that it would be started with now. */
export function isRunning(part: Program): boolean {
  const recorded = running(part.name);
  return recorded !== undefined && recorded.config === hashOf(part);
}

function running(name: string): Recorded | undefined {
  const file = recordOf(name);
  if (!existsSync(file)) {
    return undefined;
  }
  const recorded = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  return identityOf(recorded.pid) === recorded.identity ? recorded : undefined;
}

function hashOf({ config }: Program): string | undefined {
  return config && createHash("sha256").update(config.content).digest("hex");
}

/** Where a program's output goes. */
export function logOf(name: string): string {
  return join(logs, `${name}.log`);
}

/** Ends a program of ours. */
export async function stop(part: Program): Promise<void> {
  const pid = runningPid(part.name);
  if (pid !== undefined) {
    await end(pid);
  }
  await endStrays(part);
  rmSync(recordOf(part.name), { force: true });
}

/** Ends the processes with this text in their command line, and all that they have started. */
export async function endFamily(text: string): Promise<void> {
  await Promise.all(familyOf(text).map((pid) => end(pid, 1)));
}

/** Ends programs that an `up` started and did not live to record. */
export async function endStrays({ name, program, args }: Program): Promise<void> {
  const recorded = runningPid(name);
  const strays = processesWith([program, ...args]).filter((pid) => pid !== recorded);
  await Promise.all(strays.map((pid) => end(pid)));
}

/** Politely at first; the pid is looked at again before each signal. */
async function end(pid: number, graceSeconds = 3): Promise<void> {
  const identity = identityOf(pid);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (identity === undefined || identityOf(pid) !== identity) {
      return;
    }
    signalTo(pid, signal);
    for (let waited = 0; waited < graceSeconds * 20 && identityOf(pid) === identity; waited++) {
      await sleep(50);
    }
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}
