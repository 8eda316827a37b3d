import { newAuthority } from "./certificates";
import type { S3 } from "./s3";
import { expose, newSecret, shell, start } from "./server";

/** An S3 server, https://github.com/versity/versitygw, with a certificate of a private authority. */
export async function startVersitygw(namespace: string): Promise<S3 & { readonly authority: string }> {
  const address = await expose(namespace, "versitygw", 7070);
  const authority = await newAuthority();
  const { certificate, key } = await authority.server(address);
  const [accessKeyId, secretAccessKey] = [newSecret(), newSecret()];
  const listen = ["--port", ":7070", "--cert", "/etc/server/tls.crt", "--key", "/etc/server/tls.key"];
  const command = ["/usr/local/bin/versitygw", ...listen, "posix", "/data"];
  await start(namespace, "versitygw", {
    prepare: shell("mkdir /data/backups"),
    files: { "tls.crt": certificate, "tls.key": key },
    env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    containers: [{ image: "versity/versitygw:v1.8.0", command, port: address.port }],
  });
  return {
    endpoint: `https://${address.host}:${address.port}`,
    region: "us-east-1",
    bucket: "backups",
    accessKeyId,
    secretAccessKey,
    authority: authority.certificate,
  };
}
