import assert from "node:assert/strict";
import { packs } from "../scripts/damage-repository";
import type { World } from "../scripts/shell-under-test";
import { learnAfterKill } from "./learn-after-kill";
import { list, momentOf } from "./listing";
import { lookedAt } from "./marks";
import { isComplete, isDoubtful, isMine, type Model, newestComplete } from "./model";
import { cutOffAt } from "./repository-objects";
import { killed, type Moment, repositoryStep, run, type Step, stopped } from "./step";

export function prune(pick: number): Step {
  return repositoryStep("prune.sh", pick, async (model, real) => {
    const { world } = real;
    const [expected, before] = [await pruneExit(model, world), await packs(world)];
    const { exitCode, output, report } = await run(real, "prune.sh", [], { BACKUP_PRUNE_MAX_UNUSED: "0%" });
    assert.ok(expected.includes(exitCode ?? -1), output);
    assert.equal(report.freed !== undefined, exitCode === 0, output);
    if (exitCode !== 0) {
      const left = new Set(await packs(world));
      assert.deepEqual(
        before.filter((pack) => !left.has(pack)),
        [],
        `prune.sh removed data:\n${output}`,
      );
    }
  });
}

/** What it may say, for it may be the same second in which a backup was cut off and another one began. */
export async function pruneExit(model: Model, world: World): Promise<readonly number[]> {
  if (model.damaged) {
    return [67];
  }
  if (!model.snapshots.some((one) => isMine(one, world))) {
    return [65];
  }
  await learnFromLocks(model, world);
  if (model.unfinishedAt === 0) {
    return [0];
  }
  const newest = newestComplete(model, world).at(-1);
  const since = newest === undefined ? 0 : Math.floor(momentOf(newest));
  return model.unfinishedAt > since ? [65] : model.unfinishedAt === since ? [65, 0] : [0];
}

/** A run that was killed has left its lock, which tells the next one that needs the repository for itself. */
async function learnFromLocks(model: Model, world: World): Promise<void> {
  const at = await cutOffAt(world);
  const newest = newestComplete(model, world).at(-1);
  if (at >= (newest === undefined ? 0 : Math.floor(momentOf(newest)))) {
    model.unfinishedAt = Math.max(model.unfinishedAt, at);
  }
}

export function check(parts: number, pick: number): Step {
  return repositoryStep(`check.sh with ${parts} parts`, pick, async (model, real) => {
    await learnFromLocks(model, real.world);
    const { exitCode, output, report } = await run(real, "check.sh", [], { BACKUP_CHECK_PARTS: `${parts}` });
    assert.equal(exitCode, model.damaged ? 67 : 0, output);
    assert.deepEqual({ part: report.part, parts: report.parts }, { part: (model.checks % parts) + 1, parts }, output);
    model.checks++;
    model.checkNotes = 1;
    if (!model.damaged) {
      await assertLooked(model, real.world);
    }
  });
}

/** Nothing here takes anything out of a snapshot, so that what was changed is whole, or nobody can tell. */
async function assertLooked({ snapshots }: Model, world: World): Promise<void> {
  const { notes } = await list(world);
  const changed = snapshots.filter((one) => isDoubtful(one) && isComplete(one, snapshots));
  for (const one of changed.slice(-20)) {
    assert.ok(lookedAt(notes, one), `nobody has looked at snapshot ${one.id}`);
  }
}

export function clearDamage(pick: number): Step {
  return repositoryStep("check.sh --clear-damage", pick, async (model, real) => {
    const { exitCode, output } = await run(real, "check.sh", ["--clear-damage"], {});
    assert.equal(exitCode, 0, output);
    assert.match(output, model.damaged ? /is cleared/ : /No damage is recorded/);
    model.damaged = false;
  });
}

export function init(pick: number): Step {
  return repositoryStep("init.sh", pick, async (_model, real) => {
    const { exitCode, output } = await run(real, "init.sh", [], {});
    assert.equal(exitCode, 0, output);
    assert.match(output, /The repository is there already/);
  });
}

type Maintenance = "prune.sh" | "check.sh";

export function kill(script: Maintenance, moment: Moment, pick: number): Step {
  return repositoryStep(`kill ${script} at ${moment.toFixed(2)} of its run`, pick, async (model, real) => {
    const expected = await maintenanceExit(script, model, real.world);
    const exitCode = await killed(real, script, moment, { BACKUP_CHECK_PARTS: "1" });
    assert.ok(exitCode === undefined || expected.includes(exitCode), `it ended with ${exitCode}`);
    await learnAfterKill(model, real.world);
  });
}

export function stop(script: Maintenance, moment: Moment, pick: number): Step {
  return repositoryStep(`stop ${script} at ${moment.toFixed(2)} of its run`, pick, async (model, real) => {
    const expected = await maintenanceExit(script, model, real.world);
    const { exitCode, output } = await stopped(real, script, moment, { BACKUP_CHECK_PARTS: "1" });
    assert.ok(exitCode === undefined || [130, ...expected].includes(exitCode), output);
    await learnAfterKill(model, real.world);
  });
}

async function maintenanceExit(script: Maintenance, model: Model, world: World): Promise<readonly number[]> {
  return script === "prune.sh" ? pruneExit(model, world) : [model.damaged ? 67 : 0];
}
