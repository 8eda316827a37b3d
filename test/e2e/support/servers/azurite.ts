import { randomBytes } from "node:crypto";
import { apply, kubectl } from "../cluster";
import { newAuthority } from "./certificates";
import { start } from "./server";

export interface Azurite {
  readonly accountName: string;
  readonly accountKey: string;
  /** A key that the server refuses. */
  readonly wrongKey: string;
  readonly endpointSuffix: string;
  readonly container: string;
  readonly authority: string;
}

const account = "e2eaccount";

/** Azure's blob storage, as https://github.com/Azure/Azurite does it, with an empty container. */
export async function startAzurite(namespace: string): Promise<Azurite> {
  const endpointSuffix = `${namespace}.svc.cluster.local`;
  const [accountKey, wrongKey] = [newKey(), newKey()];
  const authority = await newAuthority();
  const tls = await authority.server({ host: `${account}.blob.${endpointSuffix}`, ip: "127.0.0.1", port: 443 });
  const listen = ["--blobHost", "0.0.0.0", "--blobPort", "443", "--cert", "/etc/server/tls.crt"];
  // restic speaks a version of the protocol that is newer than Azurite.
  const options = [
    "--key",
    "/etc/server/tls.key",
    "--location",
    "/data",
    "--skipApiVersionCheck",
    "--disableTelemetry",
  ];
  // With a headless service of this name, the pod's hostname gives the address that restic asks for:
  // <account>.blob.<suffix>.
  const spec = { clusterIP: "None", selector: { app: "azurite" }, ports: [{ port: 443 }] };
  await apply({ apiVersion: "v1", kind: "Service", metadata: { name: "blob", namespace }, spec });
  await start(namespace, "azurite", {
    hostname: account,
    subdomain: "blob",
    files: { "tls.crt": tls.certificate, "tls.key": tls.key },
    env: { AZURITE_ACCOUNTS: `${account}:${accountKey}` },
    containers: [
      {
        image: "mcr.microsoft.com/azure-storage/azurite:3.35.0",
        command: ["azurite-blob", ...listen, ...options],
        port: 443,
      },
    ],
  });
  await kubectl("-n", namespace, "exec", "deploy/azurite", "--", "node", "-e", makeContainer);
  return {
    accountName: account,
    accountKey,
    wrongKey,
    endpointSuffix,
    container: "backups",
    authority: authority.certificate,
  };
}

function newKey(): string {
  return randomBytes(64).toString("base64");
}

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
const makeContainer = `
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  const [account, key] = process.env.AZURITE_ACCOUNTS.split(":");
  const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2021-08-06" };
  const signed = "PUT" + "\\n".repeat(12) + Object.entries(headers).map(([name, value]) => name + ":" + value + "\\n").join("");
  const text = signed + "/" + account + "/" + account + "/backups\\nrestype:container";
  const hmac = require("node:crypto").createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  const Authorization = "SharedKey " + account + ":" + hmac;
  const url = "https://127.0.0.1/" + account + "/backups?restype=container";
  fetch(url, { method: "PUT", headers: { ...headers, Authorization } }).then(async (answer) => {
    if (answer.status !== 201) {
      console.error(await answer.text());
      process.exit(1);
    }
  });`;
