import { z } from "zod";
import { quantityProblem } from "./quantity";
import { durationProblem } from "./retention";
import { scheduleProblem } from "./schedule";
import { timeZoneProblem } from "./time-zone";

/** A string; `missing` says what to give when it is not there. */
export function text(missing: string): z.ZodString {
  return z.string({ error: ({ input }) => (input === undefined ? `is missing: ${missing}` : "must be a string") });
}

/** A string for which `problem` finds no fault. */
export function without(problem: (value: string) => string | undefined): z.ZodType<string> {
  return text("give a value").superRefine((value, context) => {
    const reason = problem(value);
    if (reason) {
      context.addIssue({ code: "custom", message: reason });
    }
  });
}

export const cronSchedule = without(scheduleProblem);
export const ianaZone = without(timeZoneProblem);
export const quantity = without(quantityProblem);
export const duration = without(durationProblem);

/** A whole number; digits in quotes count too, because that is what `pulumi config set` writes. */
export function count(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
  const message = `must be a whole number ${range}`;
  const digits = (value: unknown) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);
  return z.preprocess(digits, z.number(message).int(message).min(min, message).max(max, message));
}

/** A truth value; the words in quotes count too, as for numbers. */
export const flag: z.ZodType<boolean> = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean("must be true or false"),
);

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export function dnsLabel(missing: string, max = 63): z.ZodType<string> {
  const reason = `must be lower-case letters, digits and "-", begin and end with a letter or digit, and have at most ${max} characters`;
  return text(missing)
    .max(max, reason)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, reason);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export function objectName(missing: string): z.ZodType<string> {
  const reason = 'must be the name of a Kubernetes object: lower-case letters, digits, "-" and "."';
  return text(missing)
    .max(253, reason)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, reason);
}

/** https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
export const secretKey = text("name the key").regex(
  /^[-._a-zA-Z0-9]{1,253}$/,
  'must be the key of a Secret: letters, digits, "-", "_" and "."',
);

/** An absolute path in its only spelling, because restic compares the paths of snapshots letter by letter. */
export const absolutePath = text("give a path").regex(
  /^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)+$/u,
  'must be an absolute path below "/", without "//", "/./", "/../" and "/" at the end',
);

/** A path below the root of a volume or bucket. */
export const relativePath = text("give a path").regex(
  /^(?!\.{1,2}(\/|$))[^/\p{Cc}]+(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)*$/u,
  'must be a relative path without "//", "./", "../" and "/" at its ends',
);

/** A path of either kind. */
export const anyPath = text("give a path").regex(
  /^\/?(?!\.{1,2}(\/|$))[^/\p{Cc}]+(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)*$/u,
  'must be a path without "//", "./", "../" and "/" at the end',
);

/** One of a few words. */
export function oneOf(...words: readonly string[]): z.ZodType<string> {
  return without((word) => (words.includes(word) ? undefined : `must be one of ${words.join(", ")}`));
}

/** What restic and its backends read as one line, without white space around it. */
export const credential = text("give a value").regex(
  /^\S([^\p{Cc}]*\S)?$/u,
  "must be one line, not empty, without white space around it",
);

/** The value of `restic --host`. */
export const hostName = text("give a name").regex(
  /^[A-Za-z0-9][-._A-Za-z0-9]{0,252}$/,
  'must be letters, digits, "-", "_" and ".", and begin with a letter or digit',
);

/** A reference to an image with a version; restic's is not older than the first that tells a wrong password. */
export function image(example: string): z.ZodType<string> {
  return without((reference) => {
    const match =
      /^[a-z0-9][-a-z0-9._:/]*?(?::(?<tag>[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$/.exec(
        reference,
      );
    if (!match) {
      return `is not the reference of an image, such as ${example}`;
    }
    const { tag, digest } = match.groups ?? {};
    if (digest === undefined && (tag === undefined || tag === "latest")) {
      return `names no version, so it may change between two nights: add one, as in ${example}`;
    }
    const version = /^v?(\d+)\.(\d+)\.(\d+)/.exec(tag ?? "");
    const [major = 1, minor = 0, patch = 0] = version?.slice(1).map(Number) ?? [];
    const old = major === 0 && (minor < 17 || (minor === 17 && patch < 1));
    return old && /(^|\/)restic\/restic:/.test(reference)
      ? "is older than restic 0.17.1, which cannot tell a wrong password from other failures: use 0.19.1"
      : undefined;
  });
}
