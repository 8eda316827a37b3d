import type { Connection } from "../../components/backends/backend";
import type { PodRefs } from "../../components/pod-refs";
import { connectionOf } from "../../components/repository";
import type { Settings } from "../../components/settings";

/** What the pods of a component "backup" refer to, as if all objects had been made. */
export function podRefs(settings: Settings): PodRefs {
  const connection: Connection = connectionOf(settings.repository);
  return {
    name: "backup",
    host: "default-backup",
    connection,
    scripts: "the-scripts",
    password: { secretName: "the-password", key: "password" },
    credentials: (connection.credentials ?? []).map(({ env, files, secretName = "the-credentials" }) => ({
      secretName,
      env,
      files,
    })),
    credentialsVersion: connection.credentials?.some(({ values }) => values !== undefined) ? "uid" : undefined,
    authorities: connection.authorities && (connection.authorities.configMapName ?? "the-authorities"),
    users: connection.needsUser ? "the-users" : undefined,
    serviceAccount: connection.serviceAccount && (connection.serviceAccount.existing ?? "backup"),
    repositoryClaim: connection.claim && (connection.claim.claimName ?? "the-repository"),
  };
}
