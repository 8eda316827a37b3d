import type { ResticBackupArgs } from "./args";
import { type Given, givenGroup } from "./group";
import { only, type Problem } from "./problems";
import { repositoryProblems } from "./repository";
import { retentionProblem } from "./retention";
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
    ...retentionProblems(args),
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
