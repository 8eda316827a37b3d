import * as pulumi from "@pulumi/pulumi";
import type { RetentionArgs } from "./args";

const flags: { readonly [K in keyof RetentionArgs]-?: string } = {
  keepLast: "--keep-last",
  keepHourly: "--keep-hourly",
  keepDaily: "--keep-daily",
  keepWeekly: "--keep-weekly",
  keepMonthly: "--keep-monthly",
  keepYearly: "--keep-yearly",
  keepWithin: "--keep-within",
  keepWithinHourly: "--keep-within-hourly",
  keepWithinDaily: "--keep-within-daily",
  keepWithinWeekly: "--keep-within-weekly",
  keepWithinMonthly: "--keep-within-monthly",
  keepWithinYearly: "--keep-within-yearly",
  keepTag: "--keep-tag",
};

/** The flags of `restic forget`, one a line; empty without a policy, which keeps everything. */
export function forgetFlags(retention: RetentionArgs | undefined): pulumi.Output<string> {
  return pulumi.output(retention ?? {}).apply((policy) =>
    Object.entries(flags)
      .flatMap(([rule, flag]) => [policy[rule as keyof RetentionArgs]].flat().map((value) => ({ flag, value })))
      .filter(({ value }) => value !== undefined && value !== 0)
      .map(({ flag, value }) => `${flag}=${value}`)
      .join("\n"),
  );
}

/** Why this policy would delete what nobody meant to delete; `undefined` when it keeps something. */
export function retentionProblem(retention: RetentionArgs): string | undefined {
  const rules = Object.entries(retention).filter(([, value]) => keepsSomething(value));
  if (rules.length === 0) {
    return "keeps nothing: set at least one rule, such as keepDaily: 7, or leave retention out to keep every snapshot";
  }
  return rules.every(([rule]) => rule === "keepTag")
    ? "keeps no snapshot without these tags: set one more rule, such as keepLast: 7"
    : undefined;
}

/** What is not known yet may. */
function keepsSomething(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  return value !== undefined && (typeof value === "object" || Number(value) !== 0);
}

/** Why restic would refuse this duration; `undefined` when it is good. */
export function durationProblem(duration: string): string | undefined {
  return /^(?=.*[1-9])(\d+[ymdh])+$/.test(duration)
    ? undefined
    : "is not a duration of restic: write years, months, days and hours as in 1y5m7d2h";
}
