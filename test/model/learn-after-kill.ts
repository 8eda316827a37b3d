import assert from "node:assert/strict";
import type { World } from "../scripts/shell-under-test";
import type { BackupSettings, ExpectedBackup } from "./expected-backup";
import { expectedRetention } from "./expected-retention";
import { list, runsIn, unfinishedIn, values } from "./listing";
import { add, copyOf, type Known, type Model, restores } from "./model";

/**
 * What a kill left: whatever it is, it must be a state that the run passes through. Learns what was written, after it has
 * been restored. Results in the new snapshot.
 */
export async function learnAfterKill(
  model: Model,
  world: World,
  backup?: ExpectedBackup,
  settings?: BackupSettings,
): Promise<Known | undefined> {
  const { snapshots, notes } = await list(world);
  const ids = new Set(snapshots.map(({ id }) => id));
  const older = new Set(model.snapshots.map(({ id }) => id));
  const written = snapshots.filter(({ id }) => !older.has(id));
  const lost = model.snapshots.filter(({ id }) => !ids.has(id));

  assert.ok(written.length <= (backup?.snapshot ? (backup.isMarkedLater ? 2 : 1) : 0), "it wrote too many snapshots");
  assert.ok(
    lost.length === 0 || written.length > 0,
    `snapshot ${lost[0]?.id} was removed before a newer one was there`,
  );
  for (const listed of written) {
    const expected = backup?.snapshot as NonNullable<ExpectedBackup["snapshot"]>;
    const without = expected.tags.filter((tag) => tag !== "partial");
    const possible = [expected.tags, ...(backup?.isMarkedLater ? [without, [...without, "partial"]] : [])];
    const whole = backup?.isUnmarked ? `whole:${listed.original?.slice(0, 16)}` : "";
    assert.ok(
      possible.some((tags) => `${[...tags].sort()}` === `${listed.tags.filter((tag) => tag !== whole).sort()}`),
      `snapshot ${listed.id} has the tags ${listed.tags}`,
    );
    const unsettled = notes.some((note) => values(note, "of:").includes(listed.id));
    const snapshot = { ...expected, ...listed, unsettled };
    await restores(world, snapshot);
    add(model, snapshot);
  }
  const fresh = model.snapshots.filter(
    (one) => written.some(({ id }) => id === one.id) && copyOf(one, model.snapshots) === undefined,
  )[0];
  if (lost.length > 0 && fresh && settings) {
    assert.equal(backup?.exitCode, 0, "retention was applied after a bad snapshot");
    const { removed } = expectedRetention(model.snapshots, fresh, settings.policy, settings.maxShrink, world);
    assert.ok(
      lost.every(({ id }) => removed.has(id)),
      "a snapshot is lost",
    );
  }
  model.snapshots = model.snapshots.filter(({ id }) => ids.has(id));
  // Between a lock's removal and its note, a kill can make it forgotten.
  model.unfinishedAt = unfinishedIn(notes);

  const checks = runsIn(notes);
  const checkNotes = notes.filter(({ paths }) => paths[0] === "/restic-backup-checked").length;
  assert.ok(checks === model.checks || checks === model.checks + 1, `${checks} checks are noted`);
  assert.ok(checkNotes <= 1 + model.checkNotes, "too many notes");
  assert.ok(
    backup === undefined || (checks === model.checks && checkNotes === model.checkNotes),
    "a backup noted checks",
  );
  model.checks = checks;
  model.checkNotes = checkNotes;
  return fresh;
}
