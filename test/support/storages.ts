import { generateKeyPairSync } from "node:crypto";
import type { Kind } from "../../components/backends";
import { certificate } from "./keys";

const { key, certificate: clientCertificate } = certificate("client");
const sshKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });

/** Every storage in every way that it takes secrets as values; the marker stands in each secret, and nowhere else. */
export function storages(marker: string): [kind: Kind, given: Record<string, unknown>][] {
  const secret = (name: string) => `${marker}-${name}`;
  const tls = { caBundle: clientCertificate, clientCertificate, clientKey: `${marker}\n${key}` };
  const swift = { container: "backups", authUrl: "https://identity/v3", tls };
  const azure = { accountName: "jira", container: "backups", tls };
  const user = { username: secret("user"), password: secret("password") };
  return [
    ["local", {}],
    [
      "sftp",
      {
        host: "nas",
        user: "backup",
        path: "/srv/restic",
        privateKey: `${marker}\n${sshKey}`,
        knownHosts: "nas ssh-ed25519 AAAA",
      },
    ],
    ["rest", { url: "https://host/", ...user, tls }],
    ["s3", { bucket: "backups", accessKeyId: secret("id"), secretAccessKey: secret("key"), tls }],
    ["b2", { bucket: "jira-backups", accountId: secret("id"), accountKey: secret("key"), tls }],
    ["azure", { ...azure, accountKey: secret("key") }],
    ["azure", { ...azure, sasToken: secret("signature") }],
    ["gcs", { bucket: "backups", credentials: JSON.stringify({ type: "service_account", id: marker }), tls }],
    ["swift", { ...swift, ...user }],
    ["swift", { ...swift, ...user, authVersion: 1 }],
    ["swift", { ...swift, applicationCredentialId: secret("id"), applicationCredentialSecret: secret("secret") }],
    ["rclone", { remote: "nextcloud", path: "backups", config: `[nextcloud]\npass = ${marker}\n` }],
  ];
}
