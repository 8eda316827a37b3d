import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cluster, logs } from "./state";

/** A process of ours: the pid alone would be somebody else's after a while. */
interface Recorded {
  readonly pid: number;
  readonly startTime: string;
}

const folder = join(cluster, "pids");

/** Starts a program that goes on when we end, unless it runs already. */
export function ensureRunning(name: string, program: string, args: readonly string[]): void {
  if (runningPid(name) !== undefined) {
    return;
  }
  mkdirSync(folder, { recursive: true });
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, `${name}.log`), "a");
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log], cwd: cluster });
  child.on("error", () => {});
  child.unref();
  if (child.pid === undefined) {
    throw new Error(`${program} did not start: is it installed?`);
  }
  const recorded: Recorded = { pid: child.pid, startTime: startTimeOf(child.pid) ?? "" };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(recorded));
}

/** Pid of the process that was started under this name, if it is still the same one. */
export function runningPid(name: string): number | undefined {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) {
    return undefined;
  }
  const { pid, startTime } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  return startTimeOf(pid) === startTime ? pid : undefined;
}

export function recordedNames(): string[] {
  return existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/\.json$/, "")) : [];
}

/** Ends a process of ours: politely at first. */
export async function stop(name: string): Promise<void> {
  const pid = runningPid(name);
  if (pid !== undefined) {
    await end(pid);
  }
  rmSync(join(folder, `${name}.json`), { force: true });
}

export async function end(pid: number, graceSeconds = 10): Promise<void> {
  const startTime = startTimeOf(pid);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (startTime === undefined || startTimeOf(pid) !== startTime) {
      return;
    }
    signalTo(pid, signal);
    for (let waited = 0; waited < graceSeconds * 10 && startTimeOf(pid) === startTime; waited++) {
      await sleep(100);
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

/** Start time in clock ticks since boot, field 22 of proc(5)'s stat; undefined when the process has ended. */
function startTimeOf(pid: number): string | undefined {
  const [state, startTime] = statOf(pid) ?? [];
  return state === undefined || state === "Z" ? undefined : startTime;
}

function statOf(pid: number): [state: string, startTime: string, parent: number] | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return [fields[0] ?? "", fields[19] ?? "", Number(fields[1])];
  } catch {
    return undefined;
  }
}

/** All processes whose command line has this text in it, and everything that they have started. */
export function familyOf(text: string): number[] {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(pids.map((pid) => [pid, statOf(pid)?.[2]]));
  const family = new Set(pids.filter((pid) => pid !== process.pid && commandLineOf(pid).includes(text)));
  for (let size = -1; size !== family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) {
      if (parent !== undefined && family.has(parent)) {
        family.add(pid);
      }
    }
  }
  return [...family];
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
