import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import * as formats from "../formats";
import { group } from "../group";
import { input, secretInput } from "../inputs";
import { backend, given, joined, option } from "./backend";
import { credentialProblems, credentials } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";
import { serviceAccount, serviceAccountProblems } from "./workload-identity";

/**
 * A repository in a bucket of Amazon S3 or of a compatible server. The bucket must exist.
 *
 * Credentials are `accessKeyId` and `secretAccessKey`, or `credentialsSecretName`, or `workloadIdentity`.
 */
export interface S3RepositoryArgs {
  /** Name of the bucket, without folders: those go into `prefix`. */
  bucket: pulumi.Input<string>;

  /**
   * Folder of the repository in the bucket.
   *
   * @default - the root of the bucket
   */
  prefix?: pulumi.Input<string>;

  /**
   * The server: a host with optional port (reached by HTTPS), or a URL that begins with `https://` or `http://`.
   *
   * @default - Amazon S3 in `region`
   */
  endpoint?: pulumi.Input<string>;

  /**
   * Region of the bucket.
   *
   * @default - left to the server; "us-east-1" for Amazon S3
   */
  region?: pulumi.Input<string>;

  /**
   * `true`: the bucket stands in the path (`https://host/bucket`); `false`: in the host name (`https://bucket.host`).
   *
   * @default - host name for Amazon and Google, path for all others
   */
  pathStyle?: pulumi.Input<boolean>;

  /**
   * Storage class of what is stored, such as `STANDARD_IA`. Classes from which data must be thawed first (`GLACIER`,
   * `DEEP_ARCHIVE`) are refused: no snapshot could be restored at once.
   * See https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html#amazon-s3
   *
   * @default - the default of the server
   */
  storageClass?: pulumi.Input<string>;

  /**
   * List objects by the first version of S3's API, for servers that lack the second, such as old ones of Ceph.
   *
   * @default false
   */
  listObjectsV1?: pulumi.Input<boolean>;

  /** Access key id. It is kept in a Secret. Needs `secretAccessKey`. */
  accessKeyId?: pulumi.Input<string>;

  /** Secret access key. It is kept in a Secret. Needs `accessKeyId`. */
  secretAccessKey?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, instead of
   * `accessKeyId` and `secretAccessKey`. Its contents are not seen by Pulumi: after a change of them, start a backup by
   * hand to see that it works.
   */
  credentialsSecretName?: pulumi.Input<string>;

  /** The identity that Amazon EKS lends to the pods, instead of keys. */
  workloadIdentity?: S3WorkloadIdentityArgs;

  /** A role that is assumed with these credentials. */
  assumeRole?: S3AssumeRoleArgs;

  /** Trust and identity of the connection. */
  tls?: TlsArgs;
}

/** IAM roles for service accounts with `roleArn`; EKS Pod Identity without it. */
export interface S3WorkloadIdentityArgs {
  /**
   * Role of an account that trusts the service account, `arn:aws:iam::111122223333:role/backup`. It becomes the
   * annotation `eks.amazonaws.com/role-arn`.
   * See https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
   *
   * @default - an EKS Pod Identity association of the service account gives the role
   */
  roleArn?: pulumi.Input<string>;

  /**
   * Name of an existing service account in `namespace`, which bears its annotations already.
   *
   * @default - a new one, named like the component
   */
  serviceAccountName?: pulumi.Input<string>;
}

/** A role that restic assumes, https://restic.readthedocs.io/en/stable/040_backup.html#environment-variables */
export interface S3AssumeRoleArgs {
  /** The role, `arn:aws:iam::111122223333:role/backup`. */
  roleArn: pulumi.Input<string>;

  /**
   * Name of the session, which shows in the logs of the account.
   *
   * @default - chosen by restic
   */
  sessionName?: pulumi.Input<string>;

  /**
   * Identifier that the role's trust policy asks for.
   *
   * @default - none
   */
  externalId?: pulumi.Input<string>;
}

const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

const schema = group("give its properties, as in { bucket: backups }", {
  bucket: input(storages.bucketName),
  prefix: input(storages.urlFolder).optional(),
  endpoint: input(storages.endpoint).optional(),
  region: input(formats.hostName).optional(),
  pathStyle: input(formats.flag).optional(),
  storageClass: input(storages.storageClass).optional(),
  listObjectsV1: input(formats.flag).optional(),
  accessKeyId: secretInput(formats.credential).optional(),
  secretAccessKey: secretInput(formats.credential).optional(),
  credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
  workloadIdentity: group("give { roleArn: … }, or {} for EKS Pod Identity", {
    roleArn: input(storages.roleArn).optional(),
    serviceAccountName: input(formats.objectName("name the service account")).optional(),
  }).optional(),
  assumeRole: group("give { roleArn: … }", {
    roleArn: input(storages.roleArn),
    sessionName: input(formats.credential).optional(),
    externalId: input(formats.credential).optional(),
  }).optional(),
  tls: tlsSchema,
});

type S3Settings = z.infer<typeof schema>;

export const s3 = backend({
  scheme: "s3",
  schema,
  problems: (given, at) => [
    ...credentialProblems(at, given, [
      ["accessKeyId", "secretAccessKey"],
      ["credentialsSecretName"],
      ["workloadIdentity"],
    ]),
    ...serviceAccountProblems(given, at, ["roleArn"]),
    ...tlsProblems(given, at, "endpoint"),
  ],
  connect: (s3) => {
    const { credentials: client, ...secured } = tlsConnection(s3.tls);
    const values = given({ AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey });
    return {
      ...secured,
      url: joined(pulumi.interpolate`s3:${server(s3)}/${s3.bucket}`, s3.prefix),
      env: {
        ...secured.env,
        ...given({
          AWS_DEFAULT_REGION: s3.region,
          RESTIC_AWS_ASSUME_ROLE_ARN: s3.assumeRole?.roleArn,
          RESTIC_AWS_ASSUME_ROLE_SESSION_NAME: s3.assumeRole?.sessionName,
          RESTIC_AWS_ASSUME_ROLE_EXTERNAL_ID: s3.assumeRole?.externalId,
        }),
      },
      options: [
        ...secured.options,
        ...option("s3.bucket-lookup", lookup(s3.pathStyle)),
        ...option("s3.storage-class", s3.storageClass),
        ...option("s3.list-objects-v1", s3.listObjectsV1),
      ],
      credentials: [...credentials(values, s3.credentialsSecretName, { env: keys }), ...client],
      serviceAccount:
        s3.workloadIdentity &&
        serviceAccount(
          s3.workloadIdentity.serviceAccountName,
          given({ "eks.amazonaws.com/role-arn": s3.workloadIdentity.roleArn }),
        ),
    };
  },
});

function server({ endpoint, region }: S3Settings): pulumi.Input<string> {
  const amazon = region === undefined ? "s3.amazonaws.com" : pulumi.output(region).apply(amazonIn);
  return endpoint ?? amazon;
}

/** China has a domain of its own: https://docs.aws.amazon.com/general/latest/gr/s3.html */
function amazonIn(region: string): string {
  return `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function lookup(pathStyle: S3Settings["pathStyle"]): pulumi.Output<string> | undefined {
  return pathStyle === undefined ? undefined : pulumi.output(pathStyle).apply((path) => (path ? "path" : "dns"));
}
