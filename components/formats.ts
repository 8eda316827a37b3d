import { z } from "zod";
import { quantityProblem } from "./quantity";
import { scheduleProblem } from "./schedule";
import { timeZoneProblem } from "./time-zone";

/** A string; `missing` says what to give when it is not there. Half a character would reach the pods as another one. */
export function text(missing: string): z.ZodString {
  return z
    .string({ error: ({ input }) => (input === undefined ? `is missing: ${missing}` : "must be a string") })
    .regex(/^\P{Cs}*$/u, "holds half of a character (a lone surrogate), which no pod can be given: write it anew");
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

/** A duration as restic writes it. */
export const duration = without((value) =>
  /^(?=.*[1-9])(\d+[ymdh])+$/.test(value)
    ? undefined
    : "is not a duration of restic: write years, months, days and hours as in 1y5m7d2h",
);

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
export const absolutePath = text("give a path")
  .regex(
    /^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)+$/u,
    'must be an absolute path below "/", without "//", "/./", "/../" and "/" at the end',
  )
  .regex(
    /^(?!\/restic-backup-)/,
    'begins with "/restic-backup-", by which the scripts know their notes in the repository: use another path',
  );

/** A path below the root of a volume or bucket. */
export const relativePath = text("give a path").regex(
  /^(?!\.{1,2}(\/|$))[^/\p{Cc}]+(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)*$/u,
  'must be a relative path without "//", "./", "../" and "/" at its ends',
);

/** A file whose directory is left out, and what the file begins with: every directory holds one called "." */
export const tagFile = text("give a name").regex(
  /^(?!\.{1,2}(\/|:|$))[^/:\p{Cc}]+(\/(?!\.{1,2}(\/|:|$))[^/:\p{Cc}]+)*(:[^\p{Cc}]*)?$/u,
  'must be the name of a file, as in .nobackup, or that and what it begins with, as in ".nobackup:yes"',
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

/** A variable of a step's own: those of `scripts/run-step.sh` are taken. */
export const variableName = text("name the variable")
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable: letters, digits and _")
  .regex(/^(?!STEP(_WHEN|_TIME_LIMIT|_OPTIONAL)?$)/, "is a variable of run-step.sh: use another one");

/** Text on one line. */
export const line = text("give a value").regex(/^[^\p{Cc}]+$/u, "must be one line, and not empty");

/** https://restic.readthedocs.io/en/stable/040_backup.html#tags-for-backup */
export const tag = text("give a tag")
  .regex(/^[^\p{Cc},\s]+$/u, "must be a word, without comma")
  .regex(
    /^(?!(partial|repaired)$|restic-backup-|(clears|of|of-host|of-path|of-job|repository|run|at|whole|unsure):)/,
    "is a tag with a meaning of its own: use another one",
  );

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelName = text("give a name").regex(
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
  'must be the name of a label: at most 63 letters, digits, "-", "_" and ".", after a domain and "/" or not',
);

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelValue = text("give a value").regex(
  /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
  'must be the value of a label: at most 63 letters, digits, "-", "_" and "."',
);

/** A size as restic writes it, which counts bytes in 64 bits, and short enough for the shell to calculate with. */
export const resticSize = without((size) => {
  const match = /^([1-9]\d{0,10})([KMGT]?)$/.exec(size);
  return match && Number(match[1]) * 1024 ** " KMGT".indexOf(match[2] || " ") < 2 ** 63
    ? undefined
    : "must be a number and K, M, G or T, as in 2G, below 8388608T";
});

/** https://restic.readthedocs.io/en/stable/060_forget.html#customize-pruning */
export const unusedSpace = without((space) =>
  /^([1-9]?\d%|unlimited)$/.test(space) || resticSize.safeParse(space).success
    ? undefined
    : "must be a percentage as in 5%, a size as in 10G, or unlimited",
);

/** The value of `restic --host`. */
export const hostName = text("give a name").regex(
  /^[A-Za-z0-9][-._A-Za-z0-9]{0,252}$/,
  'must be letters, digits, "-", "_" and ".", and begin with a letter or digit',
);

/** The id in a repository's config, as the reports of all scripts show it. */
export const repositoryId = text("give the id").regex(
  /^[0-9a-f]{64}$/,
  "must be 64 hexadecimal digits, as in a report",
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
