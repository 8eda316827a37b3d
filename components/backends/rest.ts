import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { group } from "../group";
import { input, secretInput } from "../inputs";
import { backend, given } from "./backend";
import { credentialProblems, credentials } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";

/** A repository on a restic REST server. */
export interface RestRepositoryArgs {
  /**
   * URL of the repository on the server, `https://host:8000/path/`, without user and password. On a server with
   * `--private-repos`, the first folder of the path is the name of the user.
   */
  url: pulumi.Input<string>;

  /**
   * User name. It is kept in a Secret. Needs `password`.
   *
   * @default - no authentication
   */
  username?: pulumi.Input<string>;

  /** Password of the user. It is kept in a Secret. Needs `username`. */
  password?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `RESTIC_REST_USERNAME` and `RESTIC_REST_PASSWORD`, instead
   * of `username` and `password`.
   */
  credentialsSecretName?: pulumi.Input<string>;

  /**
   * Say that the server runs with `--append-only`: it then refuses to delete snapshots, so `retention` must not be set,
   * and belongs to the server's own side. See https://github.com/restic/rest-server#append-only-mode
   *
   * @default false
   */
  appendOnly?: pulumi.Input<boolean>;

  /** Trust and identity of the connection. */
  tls?: TlsArgs;
}

const keys = ["RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"] as const;

export const rest = backend({
  scheme: "rest",
  schema: group("give its properties, as in { url: https://host:8000/ }", {
    url: input(storages.httpUrl),
    username: secretInput(formats.credential).optional(),
    password: secretInput(formats.credential).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
    appendOnly: input(formats.flag).optional(),
    tls: tlsSchema,
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["username", "password"], ["credentialsSecretName"]], false),
    ...tlsProblems(given, at, "url"),
  ],
  connect: ({ url, username, password, credentialsSecretName, tls }) => {
    const { credentials: client, ...secured } = tlsConnection(tls);
    const values = given({ RESTIC_REST_USERNAME: username, RESTIC_REST_PASSWORD: password });
    return {
      ...secured,
      url: pulumi.interpolate`rest:${url}`,
      credentials: [...credentials(values, credentialsSecretName, { env: keys }), ...client],
    };
  },
});
