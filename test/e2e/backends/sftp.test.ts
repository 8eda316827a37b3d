import { livesThrough } from "../support/life";
import { newSshKey, startSshd } from "../support/servers/sshd";

livesThrough({
  member: "sftp",
  server: "OpenSSH",
  how: "key and host key, pods as user 2001",
  namespace: "e2e-sftp",
  prepare: async (namespace) => {
    const { host, port, user, path, privateKey, knownHosts } = await startSshd(namespace);
    return {
      repository: { host, port, user, path: `${path}/restic`, knownHosts },
      config: { runAs: { user: 2001 } },
      secrets: { "repository.sftp.privateKey": privateKey },
      wrong: { "repository.sftp.privateKey": (await newSshKey()).privateKey },
      refusal: /permission denied \(publickey\)/i,
    };
  },
});
