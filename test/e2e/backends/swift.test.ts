import { livesThrough } from "../support/life";
import { startSwift } from "../support/servers/swift";

livesThrough({
  member: "swift",
  server: "OpenStack Swift",
  how: "user and key of TempAuth",
  namespace: "e2e-swift",
  prepare: async (namespace) => {
    const { authUrl, user, key, container } = await startSwift(namespace);
    return {
      repository: { authUrl, authVersion: 1, container, prefix: "jira" },
      secrets: { "repository.swift.username": user, "repository.swift.password": key },
      wrong: { "repository.swift.password": "not-the-key-0123456789" },
      refusal: /401|authorization failed|unauthorized/i,
    };
  },
});
