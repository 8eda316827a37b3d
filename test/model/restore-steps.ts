import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { manifest } from "../scripts/manifest";
import { list, momentOf } from "./listing";
import { isComplete, type Known, newestComplete } from "./model";
import { picked, type Real, repositoryStep, run, type Step } from "./step";

export function restoreNewest(pick: number): Step {
  return repositoryStep("restore.sh", pick, async (model, real) => {
    await restore(real, [], newestComplete(model, real.world).at(-1), 0);
  });
}

export function restoreById(wanted: number, pick: number): Step {
  return repositoryStep(`restore.sh of snapshot ${wanted}`, pick, async (model, real) => {
    const any = picked(model, wanted);
    // One of another path is named, and not restored.
    const snapshot = any?.paths.includes(real.world.source) ? any : undefined;
    const isWhole = snapshot && isComplete({ ...snapshot, time: "2000-01-01T00:00:00Z" }, model.snapshots);
    await restore(real, [any?.id ?? "0123456789ab"], snapshot, isWhole ? 0 : 3);
  });
}

/** A note is no snapshot, not even by its id. */
export function restoreNote(pick: number): Step {
  return repositoryStep("restore.sh of a note", pick, async (_model, real) => {
    const { notes } = await list(real.world);
    const note = notes[pick % notes.length];
    if (note !== undefined) {
      const { exitCode, output } = await run(real, "restore.sh", [note.id.slice(0, 16)], {});
      assert.equal(exitCode, 65, output);
    }
  });
}

export function restoreUntil(wanted: number, pick: number): Step {
  return repositoryStep(`restore.sh as of the time of snapshot ${wanted}`, pick, async (model, real) => {
    const snapshot = picked(model, wanted);
    const until = snapshot === undefined ? 1_500_000_000 : Math.floor(momentOf(snapshot));
    const time = new Date(until * 1000).toISOString().replace(/\.\d+/, "");
    await restore(real, [time], newestComplete(model, real.world, until).at(-1), 0);
  });
}

/** Shows every snapshot of this path, and no note. */
export function restoreList(pick: number): Step {
  return repositoryStep("restore.sh --list", pick, async ({ snapshots }, real) => {
    const { exitCode, output } = await run(real, "restore.sh", ["--list"], {});
    assert.equal(exitCode, 0, output);
    for (const one of snapshots.filter(({ paths }) => paths.includes(real.world.source))) {
      assert.ok(output.includes(one.id.slice(0, 8)), `snapshot ${one.id} is not shown:\n${output}`);
    }
    for (const { id } of (await list(real.world)).notes) {
      assert.ok(!output.includes(id.slice(0, 8)), `the note ${id} is shown:\n${output}`);
    }
  });
}

/** A snapshot without a file is not restored. */
async function restore(real: Real, args: string[], expected: Known | undefined, exit: number): Promise<void> {
  const { world } = real;
  const { exitCode, output, report } = await run(real, "restore.sh", args, {});
  if (expected === undefined || expected.files === 0) {
    assert.equal(exitCode, 65, output);
    return;
  }
  assert.equal(exitCode, exit, output);
  assert.equal(report.snapshot, expected.id, output);
  assert.equal(report.files, expected.files, output);
  assert.deepEqual(await manifest(world.target), expected.entries, output);
  await rm(world.target, { recursive: true });
}
