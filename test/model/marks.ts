import assert from "node:assert/strict";
import { type Listed, momentOf, values } from "./listing";
import type { Known, Model } from "./model";

/** Notes that name a snapshot go when they say nothing any more; learns which did, and checks that they might. */
export function learnMarks(model: Model, notes: readonly Listed[], mayLoseAny: boolean): void {
  const unsettled = named(notes, "unsettled");
  const accepted = named(notes, "accepted");
  const newest = Math.max(...model.snapshots.map(momentOf));
  const others = model.snapshots;
  model.snapshots = others.map((one): Known => {
    if (!mayLoseAny && one.unsettled && !isIn(unsettled, one)) {
      assert.ok(momentOf(one) < newest - 12 * 3600, `that snapshot ${one.id} will be tried again is forgotten`);
    }
    if (!mayLoseAny && one.accepted && !isIn(accepted, one)) {
      const isFollowed = others.some(
        (other) =>
          other.accepted &&
          `${[...other.paths].sort()}` === `${[...one.paths].sort()}` &&
          momentOf(other) > momentOf(one),
      );
      assert.ok(isFollowed, `that the size of snapshot ${one.id} was accepted is forgotten`);
    }
    return { ...one, unsettled: isIn(unsettled, one), accepted: isIn(accepted, one), looked: lookedAt(notes, one) };
  });
}

function named(notes: readonly Listed[], kind: string): Set<string> {
  const of = notes.filter(({ paths }) => paths[0] === `/restic-backup-${kind}`);
  return new Set(of.flatMap((note) => values(note, "of:")));
}

/** What the newest note of a check, or one that is left beside it, says of a snapshot. */
export function lookedAt(notes: readonly Listed[], { id }: Known): string | undefined {
  const tags = notes.flatMap((note) => (note.paths[0] === "/restic-backup-checked" ? note.tags : []));
  return ["whole", "unsure"].find((found) => tags.includes(`${found}:${id.slice(0, 16)}`));
}

/** An operator's `restic tag` gives a snapshot another id. */
function isIn(names: ReadonlySet<string>, { id, original }: Known): boolean {
  return names.has(id) || (original !== undefined && names.has(original));
}
