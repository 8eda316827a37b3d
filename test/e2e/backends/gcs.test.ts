import { livesThrough } from "../support/life";
import { startFakeGcsServer } from "../support/servers/fake-gcs-server";

livesThrough({
  member: "gcs",
  server: "fake-gcs-server 1.52.3",
  how: "key file, checked by a token service of ours",
  namespace: "e2e-gcs",
  prepare: async (namespace) => {
    const { url, bucket, credentials, wrongCredentials } = await startFakeGcsServer(namespace);
    return {
      repository: { bucket, endpoint: url, prefix: "jira" },
      secrets: { "repository.gcs.credentials": credentials },
      wrong: { "repository.gcs.credentials": wrongCredentials },
      refusal: /invalid_grant|401|unauthorized/i,
    };
  },
});
