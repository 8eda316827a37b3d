import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expose, shell, start } from "./server";

export interface FakeGcsServer {
  /** For STORAGE_EMULATOR_HOST. */
  readonly url: string;
  readonly bucket: string;
  readonly projectId: string;
  /** A service account's key, as Google gives it: JSON. */
  readonly credentials: string;
  /** The same account with a key of somebody else. */
  readonly wrongCredentials: string;
}

const account = "backup@e2e-project.iam.gserviceaccount.com";

/**
 * Google's storage, as https://github.com/fsouza/fake-gcs-server does it. It asks for no credentials, so what asks for
 * them stands before it, as strict as Google about signatures and tokens.
 */
export async function startFakeGcsServer(namespace: string): Promise<FakeGcsServer> {
  const { host, port } = await expose(namespace, "gcs", 8080);
  const url = `http://${host}:${port}`;
  const tokenUri = `${url}/token`;
  const [mine, other] = [newKeyPair(), newKeyPair()];
  const credentials = (privateKey: string) =>
    JSON.stringify({
      type: "service_account",
      project_id: "e2e-project",
      private_key_id: "e2e-key",
      private_key: privateKey,
      client_email: account,
      client_id: "1",
      token_uri: tokenUri,
    });
  const storage = ["-backend", "memory", "-data", "/data", "-scheme", "http", "-host", "0.0.0.0", "-port", "4443"];
  await start(namespace, "gcs", {
    prepare: shell("mkdir /data/backups"),
    files: {
      "gate.cjs": readFileSync(join(__dirname, "gcs-gate.cjs"), "utf8"),
      "public.pem": mine.publicKey,
    },
    env: { ACCOUNT: account, AUDIENCE: tokenUri },
    containers: [
      {
        image: "mcr.microsoft.com/azure-storage/azurite:3.35.0",
        command: ["node", "/etc/server/gate.cjs"],
        port,
      },
      {
        image: "fsouza/fake-gcs-server:1.52.3",
        command: ["/bin/fake-gcs-server", ...storage, "-public-host", `${host}:${port}`, "-external-url", url],
        port: 4443,
      },
    ],
  });
  return {
    url,
    bucket: "backups",
    projectId: "e2e-project",
    credentials: credentials(mine.privateKey),
    wrongCredentials: credentials(other.privateKey),
  };
}

function newKeyPair() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}
