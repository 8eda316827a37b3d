import type { World } from "../scripts/shell-under-test";
import { momentOf } from "./listing";
import { copyOf, isComplete, isDoubtful, isFuture, isMine, isPartial, type Known } from "./model";

/** A retention policy: so many last ones, or days, or all within so many days; and those with the tag `keep`. */
export interface Policy {
  readonly by: "last" | "daily" | "within";
  readonly count: number;
  readonly tag: boolean;
}

export function rules({ by, count, tag }: Policy): string {
  return `--keep-${by}=${count}${by === "within" ? "d" : ""}${tag ? "\n--keep-tag=keep" : ""}`;
}

export interface ExpectedRetention {
  readonly removed: ReadonlySet<string>;
  /** Older snapshots hold more than the limit allows to lose. */
  readonly shrunk: boolean;
  /** Nothing is removed, because the rules would remove all that is older than a pause. */
  readonly pause: boolean;
}

const [hour, day, week] = [3600, 86_400, 7 * 86_400];

/** What a night's retention does, worked out without restic and jq. `fresh`, the new snapshot, is in `all`. */
export function expectedRetention(
  all: readonly Known[],
  fresh: Known,
  policy: Policy | null,
  maxShrink: number,
  world: World,
): ExpectedRetention {
  const mine = all.filter((one) => isMine(one, world));
  const own = mine.filter((one) => key(one) === key(fresh));
  // What is lost now may be in none that is complete.
  const measured = own.filter((one) => copyOf(one, all) === undefined && !isFuture(one));
  const accepted = newestAccepted(own.filter((one) => isComplete(one, all)));
  const larger = tooLarge(measured, accepted, fresh, maxShrink);
  const shrunk = larger.length > 0;
  if (policy === null) {
    return { removed: new Set(), shrunk, pause: false };
  }
  const protect = new Set(larger.map(({ id }) => id));
  const expired = expiredIn(own, fresh, policy, all);
  const staying = measured.filter((one) => !expired.includes(one));
  if (accepted && holdsMore(staying, accepted, fresh, maxShrink)) {
    protect.add(accepted.id);
  }
  const due = expired.filter(({ id }) => !protect.has(id));

  const counted = countedIn(own, fresh, all);
  const doubtful = doubtfulIn(own, fresh, all);
  const older = (group: readonly Known[]) => group.filter(({ id }) => id !== fresh.id);
  const before = older(counted).length > 0 ? older(counted) : doubtful;
  const spared = policy.by === "within" && before.every((one) => due.includes(one)) ? before.at(-1) : undefined;
  const removed = due.filter((one) => one !== spared);
  const pause =
    policy.by === "within" &&
    removed.length > 0 &&
    hasRecentPause(inOrder([...counted, ...doubtful]), fresh, policy.count);
  return { removed: new Set(pause ? [] : removed.map(({ id }) => id)), shrunk, pause };
}

function key({ paths }: Known): string {
  return [...paths].sort().join("\n");
}

/** Something has changed them, and nobody knows whether they are whole. */
function doubtfulIn(group: readonly Known[], fresh: Known, all: readonly Known[]): Known[] {
  return group.filter((one) => one.id !== fresh.id && isComplete(one, all) && isDoubtful(one));
}

function inOrder(group: readonly Known[]): Known[] {
  return [...group].sort((one, other) => momentOf(one) - momentOf(other));
}

/** The complete ones, without what may be first tries: their runs failed, and a later one of the same half day did not. */
function countedIn(group: readonly Known[], fresh: Known, all: readonly Known[]): Known[] {
  const counted: Known[] = [];
  const doubtful = doubtfulIn(group, fresh, all);
  for (const one of group.filter((snapshot) => isComplete(snapshot, all)).reverse()) {
    const next = counted[0];
    const isFirstTry = one.unsettled && one.id !== fresh.id && next && momentOf(next) - momentOf(one) <= 12 * hour;
    if (!isFirstTry && !doubtful.includes(one)) {
      counted.unshift(one);
    }
  }
  return counted;
}

function expiredIn(group: readonly Known[], fresh: Known, policy: Policy, all: readonly Known[]): Known[] {
  const counted = countedIn(group, fresh, all);
  const doubtful = doubtfulIn(group, fresh, all);
  // No run of the model is a Job's, so that nothing tells a try from another run: each has a place of its own.
  const kept = new Set([
    ...keptBy(counted, policy),
    ...keptBy(
      group.filter((one) => isComplete(one, all) && !doubtful.includes(one)),
      policy,
    ),
  ]);
  const repaired = group.filter((one) => one.tags.includes("repaired") && !isPartial(one, all) && !isFuture(one));
  const altered = [...repaired, ...doubtful];
  const keptAmongAll = keptBy(inOrder([...counted, ...altered]), policy);
  const partial = group.filter((one) => isPartial(one, all) && !isFuture(one) && copyOf(one, all) === undefined);
  const keptAmongPartial = keptBy(inOrder([...counted, ...partial]), policy);
  const newest = counted.at(-1);
  const before = counted.filter((one) => momentOf(one) < momentOf(fresh)).at(-1);
  const lived = counted.filter((one) => before && momentOf(one) <= momentOf(before) - week).at(-1);
  return group.filter((one) => {
    if (one.id === fresh.id || one === newest || isFuture(one)) {
      return false;
    }
    if (policy.tag && one.tags.includes("keep")) {
      return false;
    }
    if (copyOf(one, all) !== undefined) {
      return true;
    }
    if (isPartial(one, all)) {
      return lived !== undefined && momentOf(one) < momentOf(lived) && !keptAmongPartial.has(one);
    }
    if (altered.includes(one)) {
      return newest !== undefined && momentOf(one) < momentOf(newest) && !keptAmongAll.has(one);
    }
    return !kept.has(one);
  });
}

/** Oldest first. */
function keptBy(counted: readonly Known[], { by, count, tag }: Policy): Set<Known> {
  const kept = new Set(tag ? counted.filter(({ tags }) => tags.includes("keep")) : []);
  const newest = counted.at(-1);
  if (newest === undefined) {
    return kept;
  }
  if (by === "last") {
    counted.slice(-count).forEach((one) => void kept.add(one));
  } else if (by === "within") {
    counted.filter((one) => momentOf(one) > momentOf(newest) - count * day).forEach((one) => void kept.add(one));
  } else {
    // The last one of each day, as the clock said that wrote it; with days left over, the oldest one too.
    const lastOfDay = new Map(counted.map((one) => [one.time.slice(0, 10), one]));
    const days = [...lastOfDay.values()].reverse();
    (count > days.length ? [...days, counted[0] as Known] : days.slice(0, count)).forEach((one) => void kept.add(one));
  }
  return kept;
}

function newestAccepted(standing: readonly Known[]): Known | undefined {
  return standing.filter(({ accepted }) => accepted).at(-1);
}

/** Those that hold so much more that something may be missing now, since a human accepted the size of one. */
function tooLarge(measured: readonly Known[], since: Known | undefined, fresh: Known, percent: number): Known[] {
  return measured.filter(
    (one) => holdsMore([one], fresh, fresh, percent) && (since === undefined || momentOf(one) >= momentOf(since)),
  );
}

/** Whether one that is older than `before` holds more than `fresh` by more than so many percent. */
function holdsMore(older: readonly Known[], before: Known, fresh: Known, percent: number): boolean {
  const isLess = (now: number, then: number) => now < then * (1 - percent / 100);
  return (
    percent > 0 &&
    older.some(
      (one) =>
        momentOf(one) < momentOf(before) &&
        (isLess(fresh.allFiles, one.allFiles) || isLess(fresh.allBytes, one.allBytes)),
    )
  );
}

/** After a pause, or where a clock jumped, the rules find all that is older too old at once. */
function hasRecentPause(counted: readonly Known[], fresh: Known, days: number): boolean {
  const gap = (at: number) => {
    const [before, after] = [counted[at - 1], counted[at]];
    return before !== undefined && after !== undefined && momentOf(before) <= momentOf(after) - days * day;
  };
  const length = (at: number) => momentOf(counted[at] as Known) - momentOf(counted[at - 1] as Known);
  // It is twice as long as any before it, and what the rule keeps would age by as much at once.
  const jump = (at: number) =>
    (length(at) >= week || gap(at)) && counted.slice(1, at).every((_, before) => length(before + 1) * 2 <= length(at));
  return counted.some(
    (one, at) =>
      at > 0 &&
      momentOf(one) >= momentOf(fresh) - week &&
      length(at) >= hour &&
      ((gap(at) && !gap(at - 1)) || jump(at)),
  );
}
