import { createHash } from "node:crypto";

/** What `H` may become in each field; every month has 28 days. */
const ranges = [
  [0, 59],
  [0, 23],
  [1, 28],
  [1, 12],
  [0, 6],
] as const;

/** `H`, `H(1-4)`, `H/15` or `H(0-29)/10`, as in Jenkins: https://www.jenkins.io/doc/book/pipeline/syntax/#cron-syntax */
const spreadItem = /^H(?:\((\d+)-(\d+)\))?(?:\/(\d+))?$/;

/**
 * A schedule in which each `H` is a number that depends on the identity alone: it stays the same from one `up` to the
 * next, and differs between instances, so that forty of them do not start in the same minute.
 */
export function spread(schedule: string, identity: string): string {
  return schedule
    .trim()
    .split(/\s+/)
    .map((field, i) =>
      field
        .split(",")
        .map((item) => chosen(item, i, identity))
        .join(","),
    )
    .join(" ");
}

/** The schedule as a plain one that allows all that `H` may become, for checks. */
export function withoutSpread(schedule: string): string {
  return schedule.replace(/H\((\d+-\d+)\)/g, "$1").replace(/(^|[\s,])H(?=[\s,/]|$)/g, "$1*");
}

function chosen(item: string, field: number, identity: string): string {
  const match = spreadItem.exec(item);
  const range = ranges[field];
  if (match === null || range === undefined) {
    return item;
  }
  const [from, to] = [Number(match[1] ?? range[0]), Number(match[2] ?? range[1])];
  const step = match[3] === undefined ? undefined : Number(match[3]);
  const choices = Math.min(step ?? Number.POSITIVE_INFINITY, to - from + 1);
  const start = from + (createHash("sha256").update(`${identity}/${field}`).digest().readUInt32BE() % choices);
  return step === undefined ? `${start}` : `${start}-${to}/${step}`;
}
