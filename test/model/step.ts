import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AsyncCommand } from "fast-check";
import { killAll } from "../kill/kill-all";
import type { Outcome, World } from "../scripts/shell-under-test";
import { locks } from "../scripts/test-repository";
import { compare, type Known, type Model, restores } from "./model";

export interface Real {
  readonly world: World;
  /** How long each script took last, in milliseconds. */
  readonly durations: Map<string, number>;
  readonly done: (title: string) => void;
}

export type Step = AsyncCommand<Model, Real>;

/** A step that is possible at any time. */
export function step(title: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      real.done(title);
    },
    toString: () => title,
  };
}

/** A step after which the repository must be as the model says, and one of its snapshots is restored. */
export function repositoryStep(
  title: string,
  pick: number,
  run: (model: Model, real: Real) => Promise<void>,
  mayLoseNotes = false,
): Step {
  return step(title, async (model, real) => {
    await run(model, real);
    await compare(model, real.world, mayLoseNotes);
    const snapshot = picked(model, pick);
    if (snapshot !== undefined) {
      await restores(real.world, snapshot);
    }
  });
}

export function picked({ snapshots }: Model, pick: number): Known | undefined {
  return snapshots[pick % snapshots.length];
}

/** To its end. Whatever it does, it leaves no lock of its own; one of a killed run goes when it is in the way. */
export async function run(real: Real, script: string, args: string[], env: Record<string, string>): Promise<Outcome> {
  const { world, durations } = real;
  const older = new Set(await locks(world));
  const began = performance.now();
  const outcome = await world.start(script, args, { env, asNobody: true }).outcome;
  durations.set(script, performance.now() - began);
  await leftNothing(world, older, outcome);
  return outcome;
}

async function leftNothing(world: World, older: ReadonlySet<string>, outcome: Outcome): Promise<void> {
  const left = (await locks(world)).filter((lock) => !older.has(lock));
  assert.deepEqual(left, [], `a lock is left:\n${outcome.output}`);
  assert.deepEqual(await readdir(world.path("tmp")), [], `something is left in TMPDIR:\n${outcome.output}`);
}

/** So far into its usual duration. */
export type Moment = number;

/** Kills the script with all that it runs. Results in its exit code if it was faster. */
export async function killed(
  { world, durations }: Real,
  script: string,
  moment: Moment,
  env: Record<string, string>,
): Promise<number | undefined> {
  const running = world.start(script, [], { env, asNobody: true });
  await new Promise((resolve) => setTimeout(resolve, moment * (durations.get(script) ?? 500)));
  const exitCode = await killAll(running);
  const tmp = world.path("tmp");
  await Promise.all((await readdir(tmp)).map((name) => rm(join(tmp, name), { recursive: true })));
  return exitCode;
}

/** Asks the script to stop, as Kubernetes does at a deadline. Before it listens to signals, it just ends, without an exit code. */
export async function stopped(
  { world, durations }: Real,
  script: string,
  moment: Moment,
  env: Record<string, string>,
): Promise<Outcome> {
  const older = new Set(await locks(world));
  const running = world.start(script, [], { env, asNobody: true });
  await new Promise((resolve) => setTimeout(resolve, moment * (durations.get(script) ?? 500)));
  try {
    process.kill(running.pid, "SIGTERM");
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
  const outcome = await running.outcome;
  await leftNothing(world, older, outcome);
  return outcome;
}

/**
 * Puts a program before the real restic that does something of its own when the scripts back up: not when they compare,
 * and not when they write a note.
 */
export async function aroundBackup(world: World, commands: string): Promise<Record<string, string>> {
  const fake = world.path("fake");
  await mkdir(fake, { recursive: true });
  const script = `#!/bin/sh
real=${join(world.path("bin"), "restic")}
case " $* " in
  *" --dry-run "*) exec "$real" "$@" ;;
  *" backup --host jira-backup "*)
    ${commands}
    ;;
  *) exec "$real" "$@" ;;
esac
`;
  await writeFile(join(fake, "restic"), script, { mode: 0o755 });
  return { PATH: `${fake}:${world.env.PATH}` };
}
