import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import * as formats from "../formats";
import { type Given, group } from "../group";
import { input, secretInput } from "../inputs";
import type { Problem } from "../problems";
import { backend, type Environment, given } from "./backend";
import { credentialProblems, credentials } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";

/**
 * A repository in a container of OpenStack Swift. The container must exist.
 *
 * Credentials are `username` and `password`, or an application credential, or `credentialsSecretName`.
 */
export interface SwiftRepositoryArgs {
  /** Name of the container. */
  container: pulumi.Input<string>;

  /**
   * Folder of the repository in the container.
   *
   * @default - the root of the container
   */
  prefix?: pulumi.Input<string>;

  /** URL of the identity service, such as `https://identity.example.com/v3`. */
  authUrl: pulumi.Input<string>;

  /**
   * Version of the identity service: 3 (Keystone), or 1 (TempAuth, and others that only know a user and a key).
   *
   * @default 3
   */
  authVersion?: number;

  /** Region of the container. */
  region?: pulumi.Input<string>;

  /** User name. It is kept in a Secret. Needs `password`. */
  username?: pulumi.Input<string>;

  /** Password of the user. It is kept in a Secret. Needs `username`. */
  password?: pulumi.Input<string>;

  /**
   * Domain of the user.
   *
   * @default "Default"
   */
  userDomainName?: pulumi.Input<string>;

  /** Project that the container belongs to. */
  projectName?: pulumi.Input<string>;

  /**
   * Domain of the project.
   *
   * @default "Default"
   */
  projectDomainName?: pulumi.Input<string>;

  /** Id of an application credential. It is kept in a Secret. Needs `applicationCredentialSecret`. */
  applicationCredentialId?: pulumi.Input<string>;

  /** Secret of the application credential. It is kept in a Secret. Needs `applicationCredentialId`. */
  applicationCredentialSecret?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `OS_USERNAME` and `OS_PASSWORD`, or
   * `OS_APPLICATION_CREDENTIAL_ID` and `OS_APPLICATION_CREDENTIAL_SECRET`, or, for version 1, `ST_USER` and `ST_KEY`.
   */
  credentialsSecretName?: pulumi.Input<string>;

  /** Trust of the connection. */
  tls?: TlsArgs;
}

const keys = [
  "OS_USERNAME",
  "OS_PASSWORD",
  "OS_APPLICATION_CREDENTIAL_ID",
  "OS_APPLICATION_CREDENTIAL_SECRET",
  "ST_USER",
  "ST_KEY",
] as const;

const schema = group("give its properties, as in { container: backups, authUrl: https://identity.example.com/v3 }", {
  container: input(storages.swiftContainerName),
  prefix: input(formats.relativePath).optional(),
  authUrl: input(storages.httpUrl),
  authVersion: storages.swiftAuthVersion.default(3),
  region: input(formats.credential).optional(),
  username: secretInput(formats.credential).optional(),
  password: secretInput(formats.credential).optional(),
  userDomainName: input(formats.credential).default("Default"),
  projectName: input(formats.credential).optional(),
  projectDomainName: input(formats.credential).default("Default"),
  applicationCredentialId: secretInput(formats.credential).optional(),
  applicationCredentialSecret: secretInput(formats.credential).optional(),
  credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
  tls: tlsSchema,
});

type SwiftSettings = z.infer<typeof schema>;

export const swift = backend({
  scheme: "swift",
  schema,
  problems: (given, at) => [
    ...credentialProblems(at, given, [
      ["username", "password"],
      ["applicationCredentialId", "applicationCredentialSecret"],
      ["credentialsSecretName"],
    ]),
    ...uselessProblems(given, at),
    ...tlsProblems(given, at, "authUrl"),
  ],
  connect: (swift) => {
    const { credentials: client, ...secured } = tlsConnection(swift.tls);
    const values = swift.authVersion === 1 ? keyOfVersion1(swift) : keyOfVersion3(swift);
    return {
      ...secured,
      url: pulumi.interpolate`swift:${swift.container}:/${swift.prefix ?? ""}`,
      env: { ...secured.env, ...(swift.authVersion === 1 ? { ST_AUTH: swift.authUrl } : identity(swift)) },
      place: ["OS_AUTH_URL", "OS_REGION_NAME", "OS_PROJECT_NAME", "OS_PROJECT_DOMAIN_NAME", "ST_AUTH"],
      credentials: [...credentials(values, swift.credentialsSecretName, { env: keys, optional: keys }), ...client],
    };
  },
});

function keyOfVersion1({ username, password }: SwiftSettings): Environment {
  return given({ ST_USER: username, ST_KEY: password });
}

function keyOfVersion3(swift: SwiftSettings): Environment {
  return given({
    OS_USERNAME: swift.username,
    OS_PASSWORD: swift.password,
    OS_APPLICATION_CREDENTIAL_ID: swift.applicationCredentialId,
    OS_APPLICATION_CREDENTIAL_SECRET: swift.applicationCredentialSecret,
  });
}

const projectProperties = ["userDomainName", "projectName", "projectDomainName"];
const credentialProperties = ["applicationCredentialId", "applicationCredentialSecret"];

/** What would be passed over in silence. */
function uselessProblems(swift: Given, at: string): Problem[] {
  const has = (property: string) => swift[property] !== undefined;
  const version1 = Number(swift.authVersion ?? 3) === 1;
  const useless = version1
    ? ["region", ...projectProperties, ...credentialProperties]
    : credentialProperties.some(has)
      ? projectProperties
      : [];
  const reason = version1
    ? "is not known to authVersion 1, which has only user and password: remove one of them"
    : "is of no use with an application credential, which holds it: remove it";
  return useless.filter(has).map((property) => ({ property: `${at}.${property}`, reason }));
}

/** An application credential has its user, project and domains inside. */
function identity(swift: SwiftSettings): Environment {
  const user = {
    OS_USER_DOMAIN_NAME: swift.userDomainName,
    OS_PROJECT_NAME: swift.projectName,
    OS_PROJECT_DOMAIN_NAME: swift.projectDomainName,
  };
  return given({
    OS_AUTH_URL: swift.authUrl,
    OS_REGION_NAME: swift.region,
    ...(swift.applicationCredentialId === undefined ? user : {}),
  });
}
