import assert from "node:assert/strict";
import { connection, needed, optional, problems } from "../support/repository";

const container = { accountName: "jira", container: "backups" };
const id = "01234567-89ab-cdef-0123-456789abcdef";

describe("azure", () => {
  it("is a container, or a folder of it", async () => {
    assert.deepEqual(await connection("azure", { ...container, accountKey: "the-key" }), {
      url: "azure:backups:/",
      env: { AZURE_ACCOUNT_NAME: "jira" },
      place: ["AZURE_ACCOUNT_NAME", "AZURE_ENDPOINT_SUFFIX"],
      options: [],
      credentials: [{ env: needed("AZURE_ACCOUNT_KEY"), files: [], values: { AZURE_ACCOUNT_KEY: "the-key" } }],
    });
    const { url } = await connection("azure", { ...container, prefix: "prod/jira", accountKey: "the-key" });
    assert.equal(url, "azure:backups:/prod/jira");
  });

  it("takes a signature instead of the key", async () => {
    const { credentials } = await connection("azure", { ...container, sasToken: "sv=1&sig=x" });
    assert.deepEqual(credentials, [
      { env: needed("AZURE_ACCOUNT_SAS"), files: [], values: { AZURE_ACCOUNT_SAS: "sv=1&sig=x" } },
    ]);
  });

  it("takes either from an existing Secret", async () => {
    const { credentials } = await connection("azure", { ...container, credentialsSecretName: "kept" });
    assert.deepEqual(credentials, [
      { env: optional("AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS"), files: [], secretName: "kept" },
    ]);
  });

  it("passes on tier and cloud", async () => {
    const { env, options } = await connection("azure", {
      ...container,
      accountKey: "x",
      accessTier: "Cool",
      endpointSuffix: "core.chinacloudapi.cn",
    });
    assert.deepEqual(env, { AZURE_ACCOUNT_NAME: "jira", AZURE_ENDPOINT_SUFFIX: "core.chinacloudapi.cn" });
    assert.deepEqual(options, ["--option=azure.access-tier=Cool"]);
  });

  it("borrows an identity, for which the pods bear a label", async () => {
    const podLabels = { "azure.workload.identity/use": "true" };
    for (const [workloadIdentity, expected] of [
      [
        { clientId: id, tenantId: id },
        { annotations: { "azure.workload.identity/client-id": id, "azure.workload.identity/tenant-id": id } },
      ],
      [{ clientId: id }, { annotations: { "azure.workload.identity/client-id": id } }],
      [{ serviceAccountName: "kept" }, { existing: "kept", annotations: {} }],
    ]) {
      const { credentials, serviceAccount } = await connection("azure", { ...container, workloadIdentity });
      assert.deepEqual(credentials, []);
      assert.deepEqual(serviceAccount, { ...expected, podLabels });
    }
  });

  const annotation =
    "becomes an annotation of a new service account, and serviceAccountName names an existing one: remove one of them";
  const refused: [string, Record<string, unknown>, string[]][] = [
    ["no account", { container: "backups", accountKey: "x" }, ["accountName: is missing: name the storage account"]],
    ["no container", { accountName: "jira", accountKey: "x" }, ["container: is missing: name the container"]],
    [
      "no credentials",
      container,
      ["accountKey: is missing: give accountKey, or sasToken, or credentialsSecretName, or workloadIdentity"],
    ],
    [
      "key and signature",
      { ...container, accountKey: "x", sasToken: "y" },
      ["sasToken: stands beside accountKey: remove accountKey, or sasToken"],
    ],
    [
      "an identity beside a Secret",
      { ...container, credentialsSecretName: "kept", workloadIdentity: { clientId: id } },
      ["workloadIdentity: stands beside credentialsSecretName: remove credentialsSecretName, or workloadIdentity"],
    ],
    [
      "an identity without name",
      { ...container, workloadIdentity: {} },
      ["workloadIdentity.clientId: is missing: give it, or serviceAccountName for an account that bears it"],
    ],
    [
      "annotations for a service account that is not ours",
      { ...container, workloadIdentity: { clientId: id, tenantId: id, serviceAccountName: "kept" } },
      [`workloadIdentity.clientId: ${annotation}`, `workloadIdentity.tenantId: ${annotation}`],
    ],
    [
      "an identity by its name",
      { ...container, workloadIdentity: { clientId: "jira" } },
      ["workloadIdentity.clientId: is not an id such as 00000000-0000-0000-0000-000000000000"],
    ],
    [
      "a frozen tier",
      { ...container, accountKey: "x", accessTier: "Archive" },
      ["accessTier: must be thawed before it can be read, so no snapshot could be restored at once: use Cold"],
    ],
    [
      "a URL for a cloud",
      { ...container, accountKey: "x", endpointSuffix: "https://core.windows.net" },
      [
        "endpointSuffix: is neither a host name nor an IPv4 address: give the name only, the port and the user have properties of their own",
      ],
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("azure", given), expected);
    });
  }
});
