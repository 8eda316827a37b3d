import { livesThrough } from "../support/life";
import { startRcloneRestic } from "../support/servers/rclone-restic";

livesThrough({
  member: "rest",
  server: "rclone 1.76.0 `serve restic`",
  how: "client certificate, TLS of a private authority alone",
  namespace: "e2e-rest-client",
  prepare: async (namespace) => {
    const { url, authority, client, stranger } = await startRcloneRestic(namespace);
    const tls = { caBundle: authority, caOnly: true };
    return {
      repository: { url, tls },
      secrets: {
        "repository.rest.tls.clientCertificate": client.certificate,
        "repository.rest.tls.clientKey": client.key,
      },
      wrong: {
        "repository.rest.tls.clientCertificate": stranger.certificate,
        "repository.rest.tls.clientKey": stranger.key,
      },
      refusal: /certificate/i,
    };
  },
});
