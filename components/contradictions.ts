import type { ResticBackupArgs } from "./args";
import { type Given, givenGroup } from "./group";
import { guardsProblems } from "./guards";
import { placementProblems } from "./placement";
import { only, type Problem } from "./problems";
import { repositoryProblems } from "./repository";
import { retentionProblem } from "./retention";
import { givenSteps, scratchMount, stepsProblems } from "./steps";
import { tuningProblems } from "./tuning";

/** Mount paths of the pods themselves. */
const reserved = [
  "/tmp",
  "/etc",
  "/usr",
  "/bin",
  "/lib",
  "/dev",
  "/proc",
  "/sys",
  "/run",
  "/opt",
  "/repository",
  scratchMount,
  "/var/cache/restic",
];

/**
 * What is wrong between properties, each of which may be fine alone. Malformed groups are left to the schema; values
 * that are not known yet are not compared.
 */
export function contradictions(args: ResticBackupArgs): Problem[] {
  return [
    ...repositoryProblems(givenGroup(args.repository)),
    ...passwordProblems(givenGroup(args.password)),
    ...pathProblems(givenGroup(args.source)),
    ...additionalPathProblems(args),
    ...repositoryPlaceProblems(args),
    ...retentionProblems(args),
    ...stepsProblems(args.steps),
    ...placementProblems(givenGroup(args.placement)),
    ...guardsProblems(givenGroup(args.guards)),
    ...tuningProblems(givenGroup(args.tuning)),
  ];
}

function passwordProblems(password: Given | undefined): Problem[] {
  if (password === undefined) {
    return [];
  }
  const value = password.value !== undefined;
  const secretName = password.secretName !== undefined;
  return [
    ...only(value && secretName, "password", "has value and secretName: keep one of them"),
    ...only(
      !value && !secretName,
      "password",
      "has neither value nor secretName: set one, or leave password out for a generated one",
    ),
    ...only(
      password.secretKey !== undefined && !secretName,
      "password.secretKey",
      "is the key in an existing Secret: set secretName, or remove it",
    ),
  ];
}

function pathProblems(source: Given | undefined): Problem[] {
  const { mountPath = "/var/jira", path = "/var/jira/export", restorePath = "/var/jira/import" } = source ?? {};
  if (typeof mountPath !== "string" || typeof path !== "string" || typeof restorePath !== "string") {
    return [];
  }
  const used = reserved.find((own) => isWithin(mountPath, own) || isWithin(own, mountPath));
  const lost = restorePathProblem(restorePath, path, mountPath);
  return [
    ...only(
      used !== undefined,
      "source.mountPath",
      `would hide ${used}, which the pod needs itself: mount it elsewhere`,
      mountPath,
    ),
    ...only(
      !isWithin(path, mountPath),
      "source.path",
      `does not lie in mountPath ${mountPath}: name a directory of the volume`,
      path,
    ),
    ...(lost === undefined ? [] : [{ property: "source.restorePath", value: restorePath, reason: lost }]),
  ];
}

function additionalPathProblems(args: ResticBackupArgs): Problem[] {
  const source = givenGroup(args.source) ?? {};
  const { mountPath = "/var/jira", path: sourcePath = "/var/jira/export", restorePath = "/var/jira/import" } = source;
  const paths = givenGroup(args.selection)?.additionalPaths;
  if (typeof mountPath !== "string" || !Array.isArray(paths)) {
    return [];
  }
  const hasScratch = givenSteps(args.steps).length > 0;
  return paths.flatMap((path, i) => {
    if (typeof path !== "string") {
      return [];
    }
    const property = `selection.additionalPaths.${i}`;
    const scratch = isWithin(path, scratchMount);
    return [
      ...only(path === sourcePath, property, "is source.path, which is backed up anyway: leave it out", path),
      ...only(
        typeof restorePath === "string" && isWithin(path, restorePath),
        property,
        `lies in restorePath ${restorePath}, which is left out of backups: restore to another directory, or leave it out`,
        path,
      ),
      ...only(
        !scratch && !isWithin(path, mountPath),
        property,
        `lies neither in mountPath ${mountPath} nor in ${scratchMount}: nothing else is mounted`,
        path,
      ),
      ...only(
        scratch && !hasScratch,
        property,
        `lies in ${scratchMount}, which is there for steps only: add the step that writes it`,
        path,
      ),
    ];
  });
}

/** On the claim of the source, the repository must not lie in what is backed up, nor that in the repository. */
function repositoryPlaceProblems(args: ResticBackupArgs): Problem[] {
  const { claimName, mountPath = "/var/jira", path = "/var/jira/export" } = givenGroup(args.source) ?? {};
  const local = givenGroup(givenGroup(args.repository)?.local);
  if (local === undefined || typeof claimName !== "string" || local.claimName !== claimName) {
    return [];
  }
  if (typeof mountPath !== "string" || !["string", "undefined"].includes(typeof local.path)) {
    return [];
  }
  const place = local.path === undefined ? mountPath : `${mountPath}/${local.path}`;
  const further = givenGroup(args.selection)?.additionalPaths;
  const paths = [path, ...(Array.isArray(further) ? further : [])];
  const inside = paths.find((one) => typeof one === "string" && (isWithin(place, one) || isWithin(one, place)));
  return only(
    inside !== undefined,
    "repository.local",
    `is on the claim of the source, where ${inside} is backed up and the repository would be ${place}: it would back up itself. Use another claim, because the repository would be lost together with the source`,
  );
}

function restorePathProblem(restorePath: string, path: string, mountPath: string): string | undefined {
  if (!isWithin(restorePath, mountPath) || restorePath === mountPath) {
    return `does not lie below mountPath ${mountPath}: name a directory of the volume`;
  }
  if (isWithin(path, restorePath)) {
    return `holds path ${path}: name a directory beside it`;
  }
  // With the whole volume backed up there is no directory beside it.
  return isWithin(restorePath, path) && path !== mountPath
    ? `lies in path ${path}, so restored files would be backed up again: name a directory beside it`
    : undefined;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function retentionProblems({ retention, repository }: ResticBackupArgs): Problem[] {
  const reason = givenGroup(retention) && retention ? retentionProblem(retention) : undefined;
  const appendOnly = [true, "true"].includes(givenGroup(givenGroup(repository)?.rest)?.appendOnly as boolean | string);
  return [
    ...only(reason !== undefined, "retention", reason ?? ""),
    ...only(
      retention !== undefined && appendOnly,
      "retention",
      "cannot be applied through a server with --append-only, which refuses to delete: run `restic forget` at the server, or remove appendOnly",
    ),
  ];
}
