import { livesThrough } from "../support/life";
import { startRcloneS3 } from "../support/servers/rclone-s3";

livesThrough({
  member: "s3",
  server: "rclone 1.76.0 `serve s3`",
  how: "access key, HTTP, limits and compression set",
  namespace: "e2e-s3-rclone",
  prepare: async (namespace) => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await startRcloneS3(namespace);
    return {
      repository: { endpoint, region, bucket, pathStyle: true },
      config: { tuning: { connections: 3, packSize: 8, compression: "max", limitUpload: 100000, readConcurrency: 1 } },
      secrets: { "repository.s3.accessKeyId": accessKeyId, "repository.s3.secretAccessKey": secretAccessKey },
      wrong: { "repository.s3.secretAccessKey": "not-the-key-0123456789" },
      refusal: /signature|access denied|forbidden/i,
    };
  },
});
