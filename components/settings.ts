import { z } from "zod";
import type { ResticBackupArgs } from "./args";
import { contradictions } from "./contradictions";
import * as formats from "./formats";
import { group } from "./group";
import { input, problemsOf, secretInput, secretPaths, settle } from "./inputs";
import { passwordKey } from "./password";
import { type Problem, problemsError } from "./problems";
import { repositorySchema } from "./repository";
import { tuningSchema } from "./tuning";

/** The one place that names the version of restic. */
export const defaultImage = "restic/restic:0.19.1";

/** Longest name for which every object's own name still fits: a Job's has 63 characters, `-init-` and 8 more are ours. */
const longestName = 49;

const secretName = input(formats.objectName("name the Secret"));
const keep = input(formats.count(0));
const quantities = z.record(z.string(), input(formats.quantity));
const id = input(formats.count(0, 2 ** 31 - 1));

const schema = group("give source and repository", {
  namespace: input(formats.dnsLabel("name the namespace")).default("default"),
  source: group("name the volume, as in { claimName: jira-home }", {
    claimName: input(formats.objectName("name the PersistentVolumeClaim that is backed up")),
    mountPath: input(formats.absolutePath).default("/var/jira"),
    subPath: input(formats.relativePath).optional(),
    path: input(formats.absolutePath).default("/var/jira/export"),
    restorePath: input(formats.absolutePath).default("/var/jira/import"),
  }),
  repository: repositorySchema,
  password: group("give { value: … } or { secretName: … }", {
    value: secretInput(formats.credential).optional(),
    secretName: secretName.optional(),
    secretKey: input(formats.secretKey).default(passwordKey),
  }).optional(),
  schedule: input(formats.cronSchedule).default("10 23 * * *"),
  timeZone: input(formats.ianaZone).default("Etc/UTC"),
  retention: group("give its rules, as in { keepDaily: 7 }", {
    keepLast: keep.optional(),
    keepHourly: keep.optional(),
    keepDaily: keep.optional(),
    keepWeekly: keep.optional(),
    keepMonthly: keep.optional(),
    keepYearly: keep.optional(),
    keepWithin: input(formats.duration).optional(),
  }).optional(),
  host: input(formats.hostName).optional(),
  image: input(formats.image(defaultImage)).default(defaultImage),
  resources: group("give { requests: …, limits: … }", {
    requests: quantities.default({ cpu: "250m", memory: "256Mi" }),
    limits: quantities.default({ memory: "1Gi" }),
  }).prefault({}),
  runAs: group("give { user: 1000 }", { user: id.default(0), group: id.optional(), fsGroup: id.optional() }).prefault(
    {},
  ),
  tuning: tuningSchema,
  deadlines: group("give { backup: 3600 }", {
    backup: input(formats.count(60)).default(21600),
    init: input(formats.count(30)).default(300),
  }).prefault({}),
});

/** The arguments with all defaults filled in and everything checked that can be checked now. */
export type Settings = z.infer<typeof schema>;

/** Paths of the arguments that are secrets, such as `password.value`. */
export const secretArgs: readonly string[] = secretPaths(schema);

/** @throws `RunError` with all problems at once. */
export function resolveSettings(name: string, args: ResticBackupArgs): Settings {
  const problems = settingsProblems(name, args);
  if (problems.length > 0) {
    throw problemsError(name, problems);
  }
  return settle(name, schema.parse(args));
}

/** Everything that is wrong with the name and the arguments. */
export function settingsProblems(name: string, args: ResticBackupArgs): Problem[] {
  const badName = formats.dnsLabel("name the component", longestName).safeParse(name).error;
  const badArgs = schema.safeParse(args).error;
  return [
    ...(badName ? badName.issues.map(({ message }) => ({ property: "name", value: name, reason: message })) : []),
    ...(badArgs ? problemsOf(badArgs) : []),
    ...contradictions(args),
  ];
}
