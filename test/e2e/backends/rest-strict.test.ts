import { livesThrough } from "../support/life";
import { startStrictRestServer } from "../support/servers/rest-server";

livesThrough({
  member: "rest",
  server: "rest-server 0.14.0 `--append-only --private-repos`",
  how: "user and password, TLS of a private authority",
  namespace: "e2e-rest-strict",
  prepare: async (namespace) => {
    const { url, username, password, authority } = await startStrictRestServer(namespace);
    return {
      repository: { url, appendOnly: true, tls: { caBundle: authority } },
      secrets: { "repository.rest.username": username, "repository.rest.password": password },
      wrong: { "repository.rest.password": "not-the-password-0123456789" },
      refusal: /401|unauthorized/i,
    };
  },
});
