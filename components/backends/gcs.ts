import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { group } from "../group";
import { input, secretInput } from "../inputs";
import { backend, given } from "./backend";
import { credentialProblems, credentials, privateFolder } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";
import { serviceAccount, serviceAccountProblems } from "./workload-identity";

/**
 * A repository in a bucket of Google Cloud Storage. The bucket must exist.
 *
 * Credentials are `credentials`, or `credentialsSecretName`, or `workloadIdentity`. The role *Storage Object Admin* on
 * the bucket is enough.
 */
export interface GcsRepositoryArgs {
  /** Name of the bucket, without folders: those go into `prefix`. */
  bucket: pulumi.Input<string>;

  /**
   * Folder of the repository in the bucket.
   *
   * @default - the root of the bucket
   */
  prefix?: pulumi.Input<string>;

  /** Key file of a service account of Google's, as JSON. It is kept in a Secret. */
  credentials?: pulumi.Input<string>;

  /** Name of an existing Secret in `namespace` with the key file under `credentials.json`, instead of `credentials`. */
  credentialsSecretName?: pulumi.Input<string>;

  /** The identity that GKE lends to the pods, instead of a key file. */
  workloadIdentity?: GcsWorkloadIdentityArgs;

  /**
   * A server that speaks Google's protocol, as URL.
   *
   * @default - Google
   */
  endpoint?: pulumi.Input<string>;

  /** Trust of the connection, for a network whose proxy opens TLS. */
  tls?: TlsArgs;
}

/** Workload Identity Federation for GKE, https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity */
export interface GcsWorkloadIdentityArgs {
  /**
   * Service account of Google's that the pods act as, `backup@project.iam.gserviceaccount.com`. It becomes the
   * annotation `iam.gke.io/gcp-service-account`.
   *
   * @default - the rights are granted to the service account of Kubernetes itself
   */
  googleServiceAccount?: pulumi.Input<string>;

  /**
   * Name of an existing service account in `namespace`, which bears its annotations already.
   *
   * @default - a new one, named like the component
   */
  serviceAccountName?: pulumi.Input<string>;
}

const file = "credentials.json";

export const gcs = backend({
  scheme: "gs",
  schema: group("give its properties, as in { bucket: backups }", {
    bucket: input(storages.gcsBucketName),
    prefix: input(formats.relativePath).optional(),
    credentials: secretInput(storages.googleCredentials).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
    workloadIdentity: group("give { googleServiceAccount: … }, or {}", {
      googleServiceAccount: input(storages.googleServiceAccount).optional(),
      serviceAccountName: input(formats.objectName("name the service account")).optional(),
    }).optional(),
    endpoint: input(storages.serverUrl).optional(),
    tls: tlsSchema,
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["credentials"], ["credentialsSecretName"], ["workloadIdentity"]]),
    ...serviceAccountProblems(given, at, ["googleServiceAccount"]),
    ...tlsProblems(given, at, "endpoint"),
  ],
  connect: (gcs) => {
    const { credentials: client, ...secured } = tlsConnection(gcs.tls);
    const { workloadIdentity } = gcs;
    const key = credentials(given({ [file]: gcs.credentials }), gcs.credentialsSecretName, { files: [file] });
    return {
      ...secured,
      url: pulumi.interpolate`gs:${gcs.bucket}:/${gcs.prefix ?? ""}`,
      env: {
        ...secured.env,
        ...given({
          GOOGLE_APPLICATION_CREDENTIALS: key.length > 0 ? `${privateFolder}/${file}` : undefined,
          // The client library has no other way to name a server: https://pkg.go.dev/cloud.google.com/go/storage
          STORAGE_EMULATOR_HOST: gcs.endpoint,
        }),
      },
      place: ["STORAGE_EMULATOR_HOST"],
      credentials: [...key, ...client],
      serviceAccount:
        workloadIdentity &&
        serviceAccount(
          workloadIdentity.serviceAccountName,
          given({ "iam.gke.io/gcp-service-account": workloadIdentity.googleServiceAccount }),
        ),
    };
  },
});
