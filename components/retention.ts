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
};

/** The flags of `restic forget`, one a line; empty without a policy, which keeps everything. */
export function forgetFlags(retention: RetentionArgs | undefined): pulumi.Output<string> {
  return pulumi.output(retention ?? {}).apply((policy) =>
    Object.entries(flags)
      .map(([rule, flag]) => ({ flag, value: policy[rule as keyof RetentionArgs] }))
      .filter(({ value }) => value !== undefined && value !== 0)
      .map(({ flag, value }) => `${flag}=${value}`)
      .join("\n"),
  );
}

/** Why this policy would delete what nobody meant to delete; `undefined` when it keeps something. */
export function retentionProblem(retention: RetentionArgs): string | undefined {
  const keepsNothing = Object.values(retention).every(
    (value) => value === undefined || (typeof value !== "object" && Number(value) === 0),
  );
  return keepsNothing
    ? "keeps nothing: set at least one rule, such as keepDaily: 7, or leave retention out to keep every snapshot"
    : undefined;
}

/** Why restic would refuse this duration; `undefined` when it is good. */
export function durationProblem(duration: string): string | undefined {
  return /^(?=.*[1-9])(\d+[ymdh])+$/.test(duration)
    ? undefined
    : "is not a duration of restic: write years, months, days and hours as in 1y5m7d2h";
}
