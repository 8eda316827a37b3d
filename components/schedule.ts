import { Cron } from "croner";
import { withoutSpread } from "./spread";

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of month", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, names: months },
  { name: "day of week", min: 0, max: 6, names: days },
];

const nicknames = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];

/**
 * Why Kubernetes would refuse this schedule, or never run it; `undefined` when it is good.
 *
 * The dialect is that of robfig/cron's `ParseStandard`, which the API server uses: narrower than most cron libraries
 * (no `7` for Sunday, no ranges over the end of the week, no `L`, `W`, `#`), so it is checked here before croner
 * works out whether there is a next run. `H` is ours: it is a number before Kubernetes sees it.
 */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes("TZ")) {
    return "a time zone has no place in the schedule: set timeZone";
  }
  if (schedule.startsWith("@")) {
    return nicknames.includes(schedule) ? undefined : `unknown nickname: use one of ${nicknames.join(", ")}`;
  }
  const parts = withoutSpread(schedule).trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `has ${parts.length} fields instead of five: minute, hour, day of month, month, day of week`;
  }
  const reasons = fields.flatMap((field, i) => fieldProblem(field, parts[i] ?? "") ?? []);
  if (reasons.length > 0) {
    return reasons.join("; ");
  }
  return nextRun(parts) ? undefined : "no such date exists, so it would never run: correct the day or the month";
}

function fieldProblem(field: Field, text: string): string | undefined {
  for (const item of text.split(",")) {
    const reason = itemProblem(field, item);
    if (reason) {
      return `${field.name} ${reason}`;
    }
  }
  return undefined;
}

function itemProblem(field: Field, item: string): string | undefined {
  const match = /^(?:[*?]|(?<from>[0-9a-z]+)(?:-(?<to>[0-9a-z]+))?)(?:\/(?<step>\d+))?$/i.exec(item);
  if (!match) {
    return `"${item}" is not a number, a range (1-5), a step (*/15) or a list of them`;
  }
  const { from, to, step } = match.groups ?? {};
  if (step !== undefined && Number(step) === 0) {
    return `"${item}" has step 0: a step is 1 or more`;
  }
  for (const bound of [from, to]) {
    const reason = bound === undefined ? undefined : boundProblem(field, bound);
    if (reason) {
      return reason;
    }
  }
  if (from !== undefined && to !== undefined && numberOf(field, from) > numberOf(field, to)) {
    return `range "${item}" runs backwards (${numberOf(field, from)} is above ${numberOf(field, to)}): write two ranges, separated by a comma`;
  }
  return undefined;
}

function boundProblem(field: Field, bound: string): string | undefined {
  const value = numberOf(field, bound);
  if (Number.isNaN(value)) {
    return field.names
      ? `"${bound}" is neither a number nor one of ${field.names.join(", ")}`
      : `"${bound}" is not a number`;
  }
  if (value > field.max) {
    return `${bound} is above ${field.max}${field.names === days && value === 7 ? ": Sunday is 0" : ""}`;
  }
  return value < field.min ? `${bound} is below ${field.min}` : undefined;
}

function numberOf(field: Field, bound: string): number {
  const index = field.names?.indexOf(bound.toLowerCase()) ?? -1;
  return index >= 0 ? index + field.min : /^\d+$/.test(bound) ? Number(bound) : Number.NaN;
}

/** The next run according to croner, which knows neither `?` as `*` nor a step that starts at a number (`5/15`). */
function nextRun(parts: readonly string[]): Date | null {
  const translated = parts.map((part, i) =>
    part.replaceAll("?", "*").replace(/(^|,)([0-9a-z]+)\//gi, `$1$2-${fields[i]?.max}/`),
  );
  return new Cron(translated.join(" "), { paused: true, timezone: "Etc/UTC" }).nextRun();
}
