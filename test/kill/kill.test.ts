import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../scripts/manifest";
import type { World } from "../scripts/shell-under-test";
import { inBothShells } from "../scripts/shell-under-test";
import { locks, withRepository } from "../scripts/test-repository";
import { killAt, killingOf, lateFile, momentOf } from "./killing";
import { randomFrom } from "./random-from";

/** So many seeds, from this one on; `npm run test:kill` sets them. */
const seeds = Number(process.env.KILL_SEEDS ?? 2);
const first = Number(process.env.KILL_FIRST ?? 1);

const settings = { BACKUP_RETENTION: "--keep-last=3", BACKUP_CHECK_PARTS: "1", BACKUP_MAX_SHRINK: "90" };

describe("a kill at any moment", function () {
  this.timeout(600_000);
  const counts = { runs: 0, killed: 0, good: 0 };
  const began = Date.now();

  for (let seed = first; seed < first + seeds; seed++) {
    const killing = killingOf(seed);
    inBothShells(
      `loses no older snapshot, and the next run needs no human (seed ${seed}: ${killing.title})`,
      async (world) => {
        counts.runs++;
        await withRepository(world);
        const random = randomFrom(seed);
        const nights = new Map<string, string[]>();
        for (let night = 0; night < 3; night++) {
          await change(world, random);
          nights.set((await good(world, "backup.sh")).snapshot as string, await manifest(world.source));
        }
        await change(world, random);
        const { killed, message } = await killAt(world, killing, momentOf(seed), settings);
        counts.killed += killed ? 1 : 0;
        if (killing.marking) {
          await passesOverWhatIsMarked(world, message);
        }

        const next = await good(world, killing.script);
        assert.deepEqual(await locks(world), [], message);
        await world.restic("check", "--read-data");
        const listed = new Set((await snapshots(world)).map(({ id }) => id));
        // Retention may have removed the oldest, after it had something newer.
        const left = [...nights].filter(([id]) => listed.has(id));
        assert.deepEqual(left, [...nights].slice(-left.length), message);
        assert.ok(left.length >= (killing.script === "backup.sh" ? 1 : 3), message);
        for (const [id, files] of left) {
          assert.deepEqual(await restored(world, id), files, message);
        }
        const newest = killing.script === "backup.sh" ? next : await good(world, "backup.sh");
        assert.deepEqual(await restored(world, newest.snapshot as string), await manifest(world.source), message);
        counts.good++;
      },
    );
  }

  after(() => {
    const seconds = ((Date.now() - began) / 1000 / seeds).toFixed(1);
    console.log(
      `      ${seeds} seeds, each in both shells: ${counts.killed} of ${counts.runs} runs were killed before their end, ` +
        `${counts.runs - counts.good} violations, ${seconds} s a seed`,
    );
  });
});

/** Once the copy with the tag is there, what it was copied from is no complete snapshot any more. */
async function passesOverWhatIsMarked(world: World, message: string): Promise<void> {
  const marked = (await snapshots(world)).filter(({ tags }) => tags?.includes("partial"));
  const { exitCode, output, report } = await world.run("restore.sh", [], { asNobody: true });
  assert.equal(exitCode, 0, output);
  assert.ok(!marked.some(({ id, original }) => [id, original].includes(report.snapshot)), `${message}\n${output}`);
}

interface Snapshot {
  readonly id: string;
  readonly original?: string;
  readonly tags?: readonly string[];
}

async function snapshots(world: World): Promise<Snapshot[]> {
  return JSON.parse(await world.restic("snapshots", "--no-lock", "--json"));
}

async function good(world: World, script: string) {
  const { exitCode, output, report } = await world.run(script, [], { env: settings, asNobody: true });
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
  await writeFile(lateFile(world), bytes.subarray(0, 5000));
}
