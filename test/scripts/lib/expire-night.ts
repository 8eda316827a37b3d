import { evaluate } from "../../support/jq";
import { day, hour, idOf, type ListedSnapshot, namesOf, now, snapshot } from "../../support/listed-snapshot";

export const modules = ["expire", "spent-notes", "pause", "shrink", "judge", "keep", "rules", "snapshots", "moments"];

export interface Result {
  readonly listed: string | null;
  readonly remove: readonly string[];
  readonly left: number;
  readonly kept: number;
  readonly held: string | null;
  readonly notes: readonly string[];
  readonly warnings: readonly { readonly code: string; readonly [detail: string]: unknown }[];
}

/** What one night's retention makes of these. The new snapshot is called "new". */
export async function expire(
  listed: readonly ListedSnapshot[],
  rules: readonly string[],
  percent = 0,
  job = "",
  others: { readonly now?: number } = {},
): Promise<Result> {
  const args = { host: "host", path: "/data", now, rules, id: idOf("new"), percent, job, ...others };
  const expression = "snapshot_list($host; $path; $now) | expire($rules; [$id]; $percent; $job)";
  return (await evaluate(modules, expression, listed, args)) as Result;
}

/** The names of what is removed. */
export async function removed(
  listed: readonly ListedSnapshot[],
  rules: readonly string[],
  percent = 0,
  job = "",
  others: { readonly now?: number } = {},
): Promise<string[]> {
  return namesOf((await expire(listed, rules, percent, job, others)).remove);
}

/** The codes of what a human is told, and why nothing is removed. */
export async function warned(
  listed: readonly ListedSnapshot[],
  rules: readonly string[],
  percent = 0,
  job = "",
): Promise<unknown[]> {
  const { held, warnings } = await expire(listed, rules, percent, job);
  return [held, ...warnings.map(({ code }) => code)];
}

export const nights = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => snapshot(`-${from - index}`, (index - from) * day));
export const tonight = snapshot("new", -hour);
