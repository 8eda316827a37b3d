import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { type Given, givenGroup, group } from "../group";
import { input, secretInput } from "../inputs";
import { only, type Problem } from "../problems";
import { backend, given, option } from "./backend";
import { credentialProblems, credentials } from "./credentials";
import * as storages from "./formats";
import { type TlsArgs, tlsConnection, tlsProblems, tlsSchema } from "./tls";
import { serviceAccount, serviceAccountProblems } from "./workload-identity";

/**
 * A repository in a container of Azure Blob Storage. The container must exist.
 *
 * Credentials are `accountKey`, or `sasToken`, or `credentialsSecretName`, or `workloadIdentity`.
 */
export interface AzureRepositoryArgs {
  /** Name of the storage account. */
  accountName: pulumi.Input<string>;

  /** Name of the container. */
  container: pulumi.Input<string>;

  /**
   * Folder of the repository in the container.
   *
   * @default - the root of the container
   */
  prefix?: pulumi.Input<string>;

  /** Key of the storage account. It is kept in a Secret. */
  accountKey?: pulumi.Input<string>;

  /** Shared access signature, without "?" in front. It is kept in a Secret. */
  sasToken?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the key `AZURE_ACCOUNT_KEY` or `AZURE_ACCOUNT_SAS`, instead of
   * `accountKey` or `sasToken`.
   */
  credentialsSecretName?: pulumi.Input<string>;

  /** The identity that Azure lends to the pods, instead of a key. */
  workloadIdentity?: AzureWorkloadIdentityArgs;

  /**
   * Access tier of what is stored: `Hot`, `Cool` or `Cold`. `Archive` is refused: no snapshot could be restored at once.
   *
   * @default - the default of the storage account
   */
  accessTier?: pulumi.Input<string>;

  /**
   * End of the server's name, for sovereign clouds, such as `core.chinacloudapi.cn`.
   *
   * @default "core.windows.net"
   */
  endpointSuffix?: pulumi.Input<string>;

  /** Trust of the connection, for a server with a certificate of one's own. */
  tls?: TlsArgs;
}

/** Azure Workload Identity, https://azure.github.io/azure-workload-identity/ */
export interface AzureWorkloadIdentityArgs {
  /**
   * Client id of the managed identity. It becomes the annotation `azure.workload.identity/client-id`.
   *
   * @default - the existing service account names it
   */
  clientId?: pulumi.Input<string>;

  /**
   * Tenant of the identity.
   *
   * @default - the tenant of the cluster
   */
  tenantId?: pulumi.Input<string>;

  /**
   * Name of an existing service account in `namespace`, which bears its annotations already.
   *
   * @default - a new one, named like the component
   */
  serviceAccountName?: pulumi.Input<string>;
}

const keys = ["AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS"] as const;

export const azure = backend({
  scheme: "azure",
  schema: group("give its properties, as in { accountName: jira, container: backups }", {
    accountName: input(storages.azureAccountName),
    container: input(storages.azureContainerName),
    prefix: input(formats.relativePath).optional(),
    accountKey: secretInput(formats.credential).optional(),
    sasToken: secretInput(formats.credential).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
    workloadIdentity: group("give { clientId: … }", {
      clientId: input(storages.uuid).optional(),
      tenantId: input(storages.uuid).optional(),
      serviceAccountName: input(formats.objectName("name the service account")).optional(),
    }).optional(),
    accessTier: input(storages.azureAccessTier).optional(),
    endpointSuffix: input(storages.host).optional(),
    tls: tlsSchema,
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["accountKey"], ["sasToken"], ["credentialsSecretName"], ["workloadIdentity"]]),
    ...serviceAccountProblems(given, at, ["clientId", "tenantId"]),
    ...identityProblems(given, at),
    ...tlsProblems(given, at),
  ],
  connect: (azure) => {
    const { credentials: client, ...secured } = tlsConnection(azure.tls);
    const { workloadIdentity } = azure;
    const values = given({ AZURE_ACCOUNT_KEY: azure.accountKey, AZURE_ACCOUNT_SAS: azure.sasToken });
    return {
      ...secured,
      url: pulumi.interpolate`azure:${azure.container}:/${azure.prefix ?? ""}`,
      env: {
        ...secured.env,
        ...given({ AZURE_ACCOUNT_NAME: azure.accountName, AZURE_ENDPOINT_SUFFIX: azure.endpointSuffix }),
      },
      place: ["AZURE_ACCOUNT_NAME", "AZURE_ENDPOINT_SUFFIX"],
      options: [...secured.options, ...option("azure.access-tier", azure.accessTier)],
      credentials: [...credentials(values, azure.credentialsSecretName, { env: keys, optional: keys }), ...client],
      serviceAccount:
        workloadIdentity &&
        serviceAccount(
          workloadIdentity.serviceAccountName,
          given({
            "azure.workload.identity/client-id": workloadIdentity.clientId,
            "azure.workload.identity/tenant-id": workloadIdentity.tenantId,
          }),
          { "azure.workload.identity/use": "true" },
        ),
    };
  },
});

/** The cloud lends no identity that nobody names. */
function identityProblems({ workloadIdentity }: Given, at: string): Problem[] {
  const identity = givenGroup(workloadIdentity);
  const nameless =
    identity !== undefined && identity.clientId === undefined && identity.serviceAccountName === undefined;
  return only(
    nameless,
    `${at}.workloadIdentity.clientId`,
    "is missing: give it, or serviceAccountName for an account that bears it",
  );
}
