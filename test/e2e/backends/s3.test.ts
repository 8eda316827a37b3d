import { livesThrough } from "../support/life";
import { startVersitygw } from "../support/servers/versitygw";

livesThrough({
  member: "s3",
  server: "versitygw 1.8.0",
  how: "access key, TLS of a private authority",
  namespace: "e2e-s3",
  prepare: async (namespace) => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey, authority } = await startVersitygw(namespace);
    return {
      repository: { endpoint, region, bucket, prefix: "jira", tls: { caBundle: authority } },
      secrets: { "repository.s3.accessKeyId": accessKeyId, "repository.s3.secretAccessKey": secretAccessKey },
      wrong: { "repository.s3.secretAccessKey": "not-the-key-0123456789" },
      refusal: /signature|access denied/i,
    };
  },
});
