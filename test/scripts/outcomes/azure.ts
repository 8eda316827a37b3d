import { secrets } from "../checked-report";
import { clouds } from "../servers/clouds";
import type { Row, Scene } from "./row";

/** The answers are those that Azure documents: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
export async function azureRows(scene: Scene): Promise<Row[]> {
  const sas = { AZURE_ACCOUNT_KEY: "", AZURE_ACCOUNT_SAS: `sv=2021-08-06&sp=r&sig=${secrets[1]}` };
  const answers = async (
    wrong: string,
    status: number,
    code: string,
    env: Record<string, string> = {},
  ): Promise<Row> => {
    const name = `azure-${code.toLowerCase()}-${Object.keys(env).length}`;
    const cloud = await clouds(await scene.folder(name), name, ["jira.blob.core.windows.net"], (_, __, response) => {
      response.writeHead(status, { "x-ms-error-code": code, "x-ms-version": "2021-08-06" }).end();
    });
    scene.onEnd(cloud.close);
    const key = Buffer.from(secrets[1] as string).toString("base64");
    const usual = { AZURE_ACCOUNT_NAME: "jira", AZURE_ACCOUNT_KEY: key, RESTIC_REPOSITORY: "azure:backup:/jira" };
    return { backend: "azure", wrong, env: { ...usual, ...cloud.env, ...env }, stored: async () => cloud.writes };
  };
  const rows = [
    await answers("the container does not exist", 404, "ContainerNotFound"),
    await answers("the account key is wrong", 403, "AuthenticationFailed"),
    await answers("the SAS token does not allow it", 403, "AuthorizationPermissionMismatch", sas),
    await answers("the account key is no Base64", 403, "AuthenticationFailed", { AZURE_ACCOUNT_KEY: "no Base64" }),
    await answers("no name of an account", 403, "AuthenticationFailed", {
      AZURE_ACCOUNT_NAME: "",
      AZURE_FORCE_CLI_CREDENTIAL: "false",
    }),
  ];
  const [first] = rows as [Row];
  // The library tries four times before restic hears of it. The address that it prints holds the token.
  const unknown = { ...first.env, HTTPS_PROXY: "", AZURE_ENDPOINT_SUFFIX: "invalid", ...sas };
  return [...rows, { ...first, wrong: "the host is unknown", env: unknown, limit: 15 }];
}
