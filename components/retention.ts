import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import * as formats from "./formats";
import { group } from "./group";
import { input, list } from "./inputs";

/**
 * Which snapshots stay. A snapshot is kept when at least one rule keeps it; rules that are not set keep nothing, so at
 * least one beside `keepTags` must be set. See https://restic.readthedocs.io/en/stable/060_forget.html
 */
export interface RetentionArgs {
  /** Keep the newest N snapshots. */
  keepLast?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N hours that have one. */
  keepHourly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N days that have one. */
  keepDaily?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N weeks that have one. */
  keepWeekly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N months that have one. */
  keepMonthly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N years that have one. */
  keepYearly?: pulumi.Input<number>;
  /** Keep all snapshots younger than this, counted from the newest one: years, months, days, hours, as in `1y5m7d2h`. */
  keepWithin?: pulumi.Input<string>;
  /** Keep the newest snapshot of each hour that is younger than this, as in `2d`. */
  keepWithinHourly?: pulumi.Input<string>;
  /** Keep the newest snapshot of each day that is younger than this, as in `14d`. */
  keepWithinDaily?: pulumi.Input<string>;
  /** Keep the newest snapshot of each week that is younger than this, as in `3m`. */
  keepWithinWeekly?: pulumi.Input<string>;
  /** Keep the newest snapshot of each month that is younger than this, as in `1y`. */
  keepWithinMonthly?: pulumi.Input<string>;
  /** Keep the newest snapshot of each year that is younger than this, as in `10y`. */
  keepWithinYearly?: pulumi.Input<string>;
  /** Keep all snapshots with one of these tags. Alone it is refused: it would remove all others. */
  keepTags?: pulumi.Input<pulumi.Input<string>[]>;
}

const keep = input(formats.count(0)).optional();
const within = input(formats.duration).optional();

export const retentionSchema = group("give its rules, as in { keepDaily: 7 }", {
  keepLast: keep,
  keepHourly: keep,
  keepDaily: keep,
  keepWeekly: keep,
  keepMonthly: keep,
  keepYearly: keep,
  keepWithin: within,
  keepWithinHourly: within,
  keepWithinDaily: within,
  keepWithinWeekly: within,
  keepWithinMonthly: within,
  keepWithinYearly: within,
  keepTags: list(formats.tag).optional(),
}).optional();

/** The flags of `restic forget`, one a line; empty without a policy, which keeps everything. */
export function forgetFlags(retention: z.infer<typeof retentionSchema>): pulumi.Output<string> {
  return pulumi.output(retention ?? {}).apply(({ keepTags = [], ...rules }) =>
    [
      ...Object.entries(rules)
        .filter(([, value]) => value !== undefined && value !== 0)
        .map(([rule, value]) => `${flagOf(rule)}=${value}`),
      ...keepTags.map((tag) => `--keep-tag=${tag}`),
    ].join("\n"),
  );
}

/** `keepWithinDaily` is `--keep-within-daily`. */
function flagOf(rule: string): string {
  return `--${rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Why this policy would delete what nobody meant to delete; `undefined` when it keeps something. */
export function retentionProblem({ keepTags, ...rules }: RetentionArgs): string | undefined {
  const keepsNothing = Object.values(rules).every(
    (value) => value === undefined || (typeof value !== "object" && Number(value) === 0),
  );
  if (!keepsNothing) {
    return undefined;
  }
  return keepTags === undefined
    ? "keeps nothing: set at least one rule, such as keepDaily: 7, or leave retention out to keep every snapshot"
    : "keeps nothing but tagged snapshots: set at least one other rule, such as keepDaily: 7";
}
