import { livesThrough } from "../support/life";
import { startRestServer } from "../support/servers/rest-server";

livesThrough({
  member: "rest",
  server: "rest-server 0.14.0",
  how: "user and password",
  namespace: "e2e-rest",
  prepare: async (namespace) => {
    const { url, username, password } = await startRestServer(namespace);
    return {
      repository: { url },
      config: { retention: { keepLast: 1 } },
      secrets: { "repository.rest.username": username, "repository.rest.password": password },
      wrong: { "repository.rest.password": "not-the-password-0123456789" },
      refusal: /401|unauthorized/i,
    };
  },
});
