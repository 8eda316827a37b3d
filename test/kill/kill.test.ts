import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../scripts/manifest";
import type { World } from "../scripts/shell-under-test";
import { inBothShells } from "../scripts/shell-under-test";
import { locks, until, withRepository } from "../scripts/test-repository";
import { randomFrom } from "./random-from";

/** So many seeds, from this one on; `npm run test:kill` sets them. */
const seeds = Number(process.env.KILL_SEEDS ?? 2);
const first = Number(process.env.KILL_FIRST ?? 1);

const settings = { BACKUP_RETENTION: "--keep-last=3", BACKUP_CHECK_PARTS: "1", BACKUP_MAX_SHRINK: "90" };

describe("a kill at any moment", function () {
  this.timeout(120_000);

  for (let seed = first; seed < first + seeds; seed++) {
    inBothShells(`loses no older snapshot, and the next run needs no human (seed ${seed})`, async (world) => {
      await withRepository(world);
      const random = randomFrom(seed);
      const nights = new Map<string, string[]>();
      for (let night = 0; night < 3; night++) {
        await change(world, random);
        nights.set((await good(world, "backup.sh")).snapshot as string, await manifest(world.source));
      }
      await change(world, random);
      const script = ["backup.sh", "backup.sh", "prune.sh", "check.sh"][Math.floor(random() * 4)] as string;
      const moment = await killAtRandom(world, script, random);

      const next = await good(world, script);
      const message = `${script} killed after ${moment} ms`;
      assert.deepEqual(await locks(world), [], message);
      await world.restic("check", "--read-data");
      const listed: { id: string }[] = JSON.parse(await world.restic("snapshots", "--json"));
      // Retention may have removed the oldest, after it had something newer.
      const old = [...nights].filter(([id]) => listed.some((snapshot) => snapshot.id === id));
      assert.ok(old.length >= (script === "backup.sh" ? 1 : 3), message);
      for (const [id, files] of old) {
        assert.deepEqual(await restored(world, id), files, message);
      }
      const newest = script === "backup.sh" ? next : await good(world, "backup.sh");
      assert.deepEqual(await restored(world, newest.snapshot as string), await manifest(world.source), message);
    });
  }
});

/** Kills the script and its restic at once, anywhere between its start and a little after its usual end. */
async function killAtRandom(world: World, script: string, random: () => number): Promise<number> {
  const began = Date.now();
  // The duration of such a run, with all that it may wait for, is about that of one that changes nothing.
  await good(world, "check.sh");
  const moment = Math.round(random() * (Date.now() - began) * 1.1);
  const running = world.start(script, [], { env: settings });
  await new Promise((resolve) => setTimeout(resolve, moment));
  try {
    process.kill(-running.pid, "SIGKILL");
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
  const { exitCode } = await running.outcome;
  // A killed restic holds its lock, for others on the same host, until it is reaped.
  await until("the end of all processes", () => !lives(-running.pid));
  assert.ok(exitCode === undefined || exitCode === 0, `${script} ended with ${exitCode} before it was killed`);
  return moment;
}

function lives(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}

async function good(world: World, script: string) {
  const { exitCode, output, report } = await world.run(script, [], { env: settings });
  assert.equal(exitCode, 0, output);
  return report;
}

async function restored(world: World, id: string): Promise<string[]> {
  await rm(world.target, { recursive: true, force: true });
  await world.restic("restore", `${id}:${world.source}`, "--target", world.target, "--verify");
  return manifest(world.target);
}

async function change(world: World, random: () => number): Promise<void> {
  const bytes = Buffer.alloc(20_000 + Math.floor(random() * 300_000));
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Math.floor(random() * 256);
  }
  await writeFile(join(world.source, `${Math.floor(random() * 4)}.zip`), bytes);
}
