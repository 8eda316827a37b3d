import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with the arguments, worded for the person who has to mend it. */
export interface Problem {
  /** Path of the property, such as `repository.s3.bucket`. */
  readonly property: string;
  /** The offending value. Left out when it is missing or secret; a password in a URL is not shown. */
  readonly value?: unknown;
  /** Why it is refused, and what to do. */
  readonly reason: string;
}

/** One error for all problems; `RunError`, because Pulumi prints it without a stack trace. */
export function problemsError(name: string, problems: readonly Problem[]): pulumi.RunError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new pulumi.RunError([`ResticBackup "${name}": ${count}`, ...problems.map(describe)].join("\n  "));
}

function describe({ property, value, reason }: Problem): string {
  const shown = value === undefined ? "" : `${withoutPassword(JSON.stringify(value))}: `;
  return `${property}: ${shown}${reason}`;
}

/** Passwords are written into addresses with and without `https://`, and with `/` and `@` in them. */
function withoutPassword(json: string): string {
  return json.replace(/(\/\/).*@|(?<=")(?!\w+:\/\/)[^"/]*:.*@/, (_, slashes = "") => `${slashes}***@`);
}

/** A problem, if it is one. */
export function only(isProblem: boolean, property: string, reason: string, value?: unknown): Problem[] {
  return isProblem ? [{ property, value, reason }] : [];
}
