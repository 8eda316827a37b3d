import { setTimeout as sleep } from "node:timers/promises";
import { inWorld } from "../scripts/shell-under-test";
import { shells } from "../scripts/shells";
import type { Fault } from "./fault";
import { CouldNotRun } from "./fault";
import { recovered } from "./recovered";
import { makeScene } from "./scene";
import type { Result } from "./table";

/** One row from its injection to the universal criterion, bounded in time. */
export async function outcomeOf(fault: Fault): Promise<Result> {
  return seenAt(fault).then(
    (seen): Result =>
      fault.limit === undefined
        ? { fault, verdict: "✔", seen }
        : { fault, verdict: "✘", seen: `${seen} – although this is said to be impossible: ${fault.limit}` },
    (error: Error): Result => {
      if (error instanceof CouldNotRun) {
        return { fault, verdict: "could not run", seen: error.message };
      }
      return { fault, verdict: fault.limit === undefined ? "✘" : "limit", seen: error.message, error };
    },
  );
}

async function seenAt(fault: Fault): Promise<string> {
  let seen = "";
  const within = fault.within ?? 600;
  // The shell of the image; the scripts' own tests run in dash too.
  await inWorld(shells[0] as (typeof shells)[0], async (world) => {
    const scene = await makeScene(world, fault.storage, fault.empty);
    const row = async () => {
      seen = (await fault.inject(scene)).replaceAll(world.folder, "");
      await recovered(scene);
    };
    try {
      const late = sleep(within * 1000, undefined, { ref: false });
      await Promise.race([row(), late.then(() => Promise.reject(new Error("took too long")))]);
    } finally {
      await scene.end();
    }
  });
  return seen;
}
