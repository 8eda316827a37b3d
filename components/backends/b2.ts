import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { group } from "../group";
import { input, secretInput } from "../inputs";
import { backend, given } from "./backend";
import { credentialProblems, credentials } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";

/**
 * A repository in a bucket of Backblaze B2, by its own interface. The bucket must exist. restic's authors recommend B2's
 * S3 interface instead, see https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html#backblaze-b2
 */
export interface B2RepositoryArgs {
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;

  /**
   * Folder of the repository in the bucket.
   *
   * @default - the root of the bucket
   */
  prefix?: pulumi.Input<string>;

  /** Id of the application key. It is kept in a Secret. Needs `accountKey`. */
  accountId?: pulumi.Input<string>;

  /** The application key. It is kept in a Secret. Needs `accountId`. */
  accountKey?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `B2_ACCOUNT_ID` and `B2_ACCOUNT_KEY`, instead of `accountId`
   * and `accountKey`.
   */
  credentialsSecretName?: pulumi.Input<string>;

  /** Trust of the connection, for a network whose proxy opens TLS. */
  tls?: TlsArgs;
}

const keys = ["B2_ACCOUNT_ID", "B2_ACCOUNT_KEY"] as const;

export const b2 = backend({
  scheme: "b2",
  schema: group("give its properties, as in { bucket: backups }", {
    bucket: input(storages.b2BucketName),
    prefix: input(formats.relativePath).optional(),
    accountId: secretInput(formats.credential).optional(),
    accountKey: secretInput(formats.credential).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
    tls: tlsSchema,
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["accountId", "accountKey"], ["credentialsSecretName"]]),
    ...tlsProblems(given, at),
  ],
  connect: ({ bucket, prefix = "", accountId, accountKey, credentialsSecretName, tls }) => {
    const { credentials: client, ...secured } = tlsConnection(tls);
    const values = given({ B2_ACCOUNT_ID: accountId, B2_ACCOUNT_KEY: accountKey });
    return {
      ...secured,
      url: pulumi.interpolate`b2:${bucket}:${prefix}`,
      credentials: [...credentials(values, credentialsSecretName, { env: keys }), ...client],
    };
  },
});
