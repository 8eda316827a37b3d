import { type KeyPair, newAuthority } from "./certificates";
import { expose, start } from "./server";

export interface RcloneRestic {
  /** Ends with a slash. */
  readonly url: string;
  readonly authority: string;
  readonly client: KeyPair;
  /** Another authority's certificate for the same client: the server refuses it. */
  readonly stranger: KeyPair;
}

/** `rclone serve restic`: a REST server that lets nobody in without a client certificate. */
export async function startRcloneRestic(namespace: string): Promise<RcloneRestic> {
  const address = await expose(namespace, "rclone-restic", 8443);
  const [authority, other] = await Promise.all([newAuthority(), newAuthority()]);
  const { certificate, key } = await authority.server(address);
  const tls = ["--cert", "/etc/server/tls.crt", "--key", "/etc/server/tls.key", "--client-ca", "/etc/server/ca.crt"];
  const command = ["rclone", "serve", "restic", "/data", "--addr", ":8443", ...tls];
  await start(namespace, "rclone-restic", {
    files: { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate },
    containers: [{ image: "rclone/rclone:1.76.0", command, port: address.port }],
  });
  return {
    url: `https://${address.host}:${address.port}/`,
    authority: authority.certificate,
    client: await authority.client("e2e-client"),
    stranger: await other.client("e2e-client"),
  };
}
