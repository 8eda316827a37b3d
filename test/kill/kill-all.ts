import assert from "node:assert/strict";
import type { Running } from "../scripts/shell-under-test";
import { until } from "../scripts/test-repository";

/** Kills a script and all that it runs at one blow. Results in its exit code if it was faster. */
export async function killAll(running: Running): Promise<number | undefined> {
  send(running.pid, "SIGKILL");
  const { exitCode } = await running.outcome;
  // A killed restic holds its lock, for others on the same host, until it is reaped.
  await until("the end of all processes", () => !send(running.pid, 0));
  return exitCode;
}

/** To a group of processes; false if there is none any more. */
function send(group: number, signal: "SIGKILL" | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}
