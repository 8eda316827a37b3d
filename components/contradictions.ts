import type { ResticBackupArgs } from "./args";
import type { Problem } from "./problems";
import { retentionProblem } from "./retention";

/** Mount paths of the pods themselves. */
const reserved = ["/tmp", "/etc", "/usr", "/bin", "/lib", "/dev", "/proc", "/sys", "/repository", "/var/cache/restic"];

/**
 * What is wrong between properties, each of which may be fine alone. Malformed groups are left to the schema; values
 * that are not known yet are not compared.
 */
export function contradictions(args: ResticBackupArgs, repositoryKinds: readonly string[]): Problem[] {
  return [
    ...repositoryProblems(group(args.repository), repositoryKinds),
    ...passwordProblems(group(args.password)),
    ...pathProblems(group(args.source)),
    ...retentionProblems(args.retention),
  ];
}

type Group = Readonly<Record<string, unknown>>;

function group(value: unknown): Group | undefined {
  return typeof value === "object" && value !== null ? (value as Group) : undefined;
}

function repositoryProblems(repository: Group | undefined, repositoryKinds: readonly string[]): Problem[] {
  if (repository === undefined) {
    return [];
  }
  const kinds = repositoryKinds.filter((kind) => repository[kind] !== undefined);
  const local = group(repository.local);
  const s3 = group(repository.s3);
  const rest = group(repository.rest);
  return [
    ...only(kinds.length === 0, "repository", `names no storage: set one of ${repositoryKinds.join(", ")}`),
    ...only(
      kinds.length > 1,
      "repository",
      `names ${kinds.join(" and ")}, but snapshots go to one place: keep one of them`,
    ),
    ...["size", "storageClassName"].flatMap((property) =>
      only(
        local?.claimName !== undefined && local[property] !== undefined,
        `repository.local.${property}`,
        "is for a new claim, and claimName names an existing one: remove one of them",
      ),
    ),
    ...credentialProblems("repository.s3", s3, "accessKeyId", "secretAccessKey", true),
    ...credentialProblems("repository.rest", rest, "username", "password", false),
  ];
}

function credentialProblems(
  at: string,
  backend: Group | undefined,
  id: string,
  key: string,
  needed: boolean,
): Problem[] {
  if (backend === undefined) {
    return [];
  }
  const given = [id, key].filter((property) => backend[property] !== undefined);
  const byName = backend.credentialsSecretName !== undefined;
  const missing = given[0] === id ? key : id;
  return [
    ...only(given.length === 1 && !byName, `${at}.${missing}`, `is missing: ${given[0]} is of no use without it`),
    ...only(
      given.length > 0 && byName,
      `${at}.credentialsSecretName`,
      `names a Secret, and ${given.join(" and ")} would make another one: remove one of them`,
    ),
    ...only(
      needed && given.length === 0 && !byName,
      `${at}.${id}`,
      `is missing: give ${id} and ${key}, or credentialsSecretName`,
    ),
  ];
}

function passwordProblems(password: Group | undefined): Problem[] {
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

function pathProblems(source: Group | undefined): Problem[] {
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

function retentionProblems(retention: ResticBackupArgs["retention"]): Problem[] {
  const reason = group(retention) && retention ? retentionProblem(retention) : undefined;
  return reason ? [{ property: "retention", reason }] : [];
}

function only(isProblem: boolean, property: string, reason: string, value?: unknown): Problem[] {
  return isProblem ? [{ property, value, reason }] : [];
}
