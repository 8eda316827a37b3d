import { readdirSync, readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same pid: its start, in clock ticks since boot (field 22 of proc(5)'s
 * stat), and the boot. `undefined` when it has ended.
 */
export function identityOf(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat.state === "Z" ? undefined : `${bootId()} ${stat.startTime}`;
}

/** Processes with exactly these words as their command line. */
export function processesWith(words: readonly string[]): number[] {
  return pids().filter((pid) => commandLineOf(pid) === `${words.join("\0")}\0`);
}

/** Processes with this text in their command line, and all that they have started. */
export function familyOf(text: string): number[] {
  const all = pids();
  const parents = new Map(all.map((pid) => [pid, statOf(pid)?.parent]));
  const family = new Set(
    all.filter((pid) => pid !== process.pid && commandLineOf(pid).replaceAll("\0", " ").includes(text)),
  );
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

function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function statOf(pid: number): { state: string; parent: number; startTime: string } | undefined {
  // The name, in brackets, may hold blanks and brackets.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return fields && { state: fields[0] ?? "", parent: Number(fields[1]), startTime: fields[19] ?? "" };
}

function commandLineOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`) ?? "";
}

function bootId(): string {
  return read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/** A process may end at any time, and its files with it. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
