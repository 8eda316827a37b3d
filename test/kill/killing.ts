import assert from "node:assert/strict";
import { chmod, cp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "../scripts/shell-under-test";
import { giveToNobody } from "../scripts/shell-under-test";
import { fakeRestic } from "../scripts/test-repository";
import { killAll } from "./kill-all";

/** What is killed: a script anywhere in its run, or while restic marks a snapshot as partial. */
export interface Killing {
  readonly title: string;
  readonly script: string;
  readonly marking: boolean;
}

const killings: readonly Killing[] = [
  { title: "check.sh", script: "check.sh", marking: false },
  { title: "backup.sh", script: "backup.sh", marking: false },
  { title: "backup.sh in restic tag", script: "backup.sh", marking: true },
  { title: "prune.sh", script: "prune.sh", marking: false },
];

/** A seed of each kind in turn. */
export function killingOf(seed: number): Killing {
  return killings[seed % killings.length] as Killing;
}

/** From 0 to a little after the end, evenly, however many seeds there are: https://en.wikipedia.org/wiki/Low-discrepancy_sequence */
export function momentOf(seed: number): number {
  return ((seed * 0.618034) % 1) * 1.05;
}

interface Span {
  readonly begin: number;
  readonly milliseconds: number;
}

/** Kills the script and its restic at once, so far into the time that the same run takes on a copy of the repository. */
export async function killAt(world: World, killing: Killing, moment: number, settings: Record<string, string>) {
  const env = { ...settings, ...(killing.marking ? await markLate(world) : {}) };
  const usual = await rehearsed(world, killing, env);
  const began = Date.now();
  const running = world.start(killing.script, [], { env, asNobody: true });
  const begin = killing.marking ? await untilMarking(world, "started") : began;
  const after = Math.max(0, begin + moment * usual.milliseconds - Date.now());
  await new Promise((resolve) => setTimeout(resolve, after));
  const exitCode = await killAll(running);
  const usualExit = killing.marking ? 3 : 0;
  assert.ok(exitCode === undefined || exitCode === usualExit, `it ended with ${exitCode} before it was killed`);
  await chmod(lateFile(world), 0o644);
  return {
    killed: exitCode === undefined,
    message: `killed at ${moment.toFixed(3)} of ${usual.milliseconds.toFixed()} ms`,
  };
}

/** The duration of the same run from the same state, with what the machine has to do at this time. */
async function rehearsed(world: World, { script, marking }: Killing, env: Record<string, string>): Promise<Span> {
  const [repository, cache] = [world.path("rehearsal"), world.path("rehearsal-cache")];
  await cp(world.repository, repository, { recursive: true, preserveTimestamps: true });
  await cp(world.path("cache"), cache, { recursive: true, preserveTimestamps: true });
  await giveToNobody(world.folder);
  const begin = Date.now();
  const { exitCode, output } = await world.start(script, [], {
    env: { ...env, RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: cache },
    asNobody: true,
  }).outcome;
  assert.equal(exitCode, marking ? 3 : 0, output);
  const whole = { begin, milliseconds: Date.now() - begin };
  const span = marking ? await spanOfMarking(world) : whole;
  await Promise.all([repository, cache].map((folder) => rm(folder, { recursive: true })));
  await chmod(lateFile(world), 0o644);
  return span;
}

/** A file that can be read no more once restic begins to read, so that the snapshot is marked afterwards. */
function markLate(world: World): Promise<Record<string, string>> {
  return fakeRestic(
    world,
    `case " $* " in
      *" backup "*) chmod 0 ${lateFile(world)} ;;
      *" tag "*) : >${world.path("started")} ;;
      *) [ ! -e ${world.path("started")} ] || [ -e ${world.path("ended")} ] || : >${world.path("ended")} ;;
    esac
    exec "$real" "$@"`,
  );
}

export function lateFile(world: World): string {
  return join(world.source, "late.zip");
}

async function spanOfMarking(world: World): Promise<Span> {
  const [begin, end] = [await untilMarking(world, "started"), await untilMarking(world, "ended")];
  await Promise.all(["started", "ended"].map((name) => rm(world.path(name))));
  return { begin, milliseconds: end - begin };
}

/** When that was. */
async function untilMarking(world: World, name: "started" | "ended"): Promise<number> {
  const limit = Date.now() + 300_000;
  for (;;) {
    const moment = await stat(world.path(name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (moment !== undefined) {
      return moment;
    }
    assert.ok(Date.now() < limit, `restic tag has not ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
