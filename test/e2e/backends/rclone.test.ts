import { livesThrough } from "../support/life";
import { startWebdav } from "../support/servers/webdav";

livesThrough({
  member: "rclone",
  server: "rclone 1.76.0 to WebDAV",
  how: "configuration with user and password",
  namespace: "e2e-rclone",
  prepare: async (namespace) => {
    const { remote, config, wrongConfig } = await startWebdav(namespace);
    return {
      repository: { remote, path: "backups/jira" },
      secrets: { "repository.rclone.config": config },
      wrong: { "repository.rclone.config": wrongConfig },
      refusal: /401|unauthorized/i,
    };
  },
});
