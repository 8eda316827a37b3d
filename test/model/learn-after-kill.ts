import assert from "node:assert/strict";
import type { World } from "../scripts/shell-under-test";
import type { ExpectedBackup } from "./expected-backup";
import { checksOf, isPartial, list, type Model, restores, type Snapshot } from "./model";

/**
 * What a kill left: whatever it is, it must be a state that the run passes through. Learns what was written, after it has
 * been restored.
 */
export async function learnAfterKill(model: Model, world: World, backup?: ExpectedBackup): Promise<void> {
  const { snapshots, notes } = await list(world);
  const ids = new Set(snapshots.map(({ id }) => id));
  const older = new Set(model.snapshots.map(({ id }) => id));
  const written = snapshots.filter(({ id }) => !older.has(id));
  const lost = model.snapshots.filter(({ id }) => !ids.has(id));

  assert.ok(written.length <= (backup?.snapshot ? (backup.unmarked ? 2 : 1) : 0), "it wrote more snapshots than one");
  for (const { id } of lost) {
    assert.ok(backup?.removed.has(id), `snapshot ${id} is lost`);
    assert.equal(written.length, 1, `snapshot ${id} was removed before a newer one was there`);
  }
  for (const listed of written) {
    const expected = backup?.snapshot as Snapshot;
    const snapshot = { ...expected, id: listed.id, tags: [...(listed.tags ?? [])].sort() };
    const possible = [expected.tags, ...(backup?.unmarked ? [[...expected.tags, "partial"]] : [])];
    assert.ok(
      possible.some((tags) => `${[...tags].sort()}` === `${snapshot.tags}`),
      `snapshot ${listed.id} has the tags ${snapshot.tags}`,
    );
    assert.ok(lost.length === 0 || !isPartial(snapshot), "retention was applied after a partial snapshot");
    await restores(world, snapshot);
    model.snapshots.push(snapshot);
  }
  model.snapshots = model.snapshots.filter(({ id }) => ids.has(id));

  const checks = checksOf(notes);
  assert.ok(checks === model.checks || checks === model.checks + 1, `${checks} checks are noted`);
  assert.ok(notes.length <= 1 + model.notes, "too many notes");
  assert.ok(backup === undefined || (checks === model.checks && notes.length === model.notes), "a backup wrote notes");
  model.checks = checks;
  model.notes = notes.length;
}
