import type { S3 } from "./s3";
import { expose, newSecret, shell, start } from "./server";

/** An S3 server of another make than versitygw, `rclone serve s3`, without TLS. */
export async function startRcloneS3(namespace: string): Promise<S3> {
  const { host, port } = await expose(namespace, "rclone-s3", 8080);
  const [accessKeyId, secretAccessKey] = [newSecret(), newSecret()];
  const command = ["rclone", "serve", "s3", "/data", "--addr", ":8080"];
  await start(namespace, "rclone-s3", {
    prepare: shell("mkdir /data/backups"),
    // In quotes, because rclone reads a list there, of which this is one.
    env: { RCLONE_AUTH_KEY: `"${accessKeyId},${secretAccessKey}"` },
    containers: [{ image: "rclone/rclone:1.76.0", command, port }],
  });
  const endpoint = `http://${host}:${port}`;
  return { endpoint, region: "us-east-1", bucket: "backups", accessKeyId, secretAccessKey };
}
