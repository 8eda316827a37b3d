import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expose, shell, start } from "./server";

export interface SshKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface Sshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute path of a directory that the user may write to. */
  readonly path: string;
  readonly privateKey: string;
  readonly knownHosts: string;
}

const config = `
Port 2222
HostKey /run/keys/host
AuthorizedKeysFile /run/keys/authorized_keys
AuthenticationMethods publickey
AllowUsers backup
PermitRootLogin no
UsePAM no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`;

/** OpenSSH, for a user without root who has a key and gets SFTP only. */
export async function startSshd(namespace: string): Promise<Sshd> {
  const { host, port } = await expose(namespace, "sshd", 2222);
  const [hostKey, userKey] = await Promise.all([newSshKey(), newSshKey()]);
  // sshd takes keys from nowhere that others may write to, as they may to a Secret's volume.
  const run = `mkdir -p /run/keys
    cp /etc/server/host /etc/server/authorized_keys /run/keys/
    chmod 600 /run/keys/host
    exec /usr/sbin/sshd -D -e -f /etc/server/sshd_config`;
  await start(namespace, "sshd", {
    prepare: shell("mkdir /data/jira && chown 1000:1000 /data/jira"),
    files: { host: hostKey.privateKey, authorized_keys: userKey.publicKey, sshd_config: config },
    containers: [{ image: "localhost/openssh-server:debian", command: ["/bin/sh", "-ec", run], port }],
  });
  const knownHosts = `[${host}]:${port} ${hostKey.publicKey}`;
  return { host, port, user: "backup", path: "/data/jira", privateKey: userKey.privateKey, knownHosts };
}

/** A key pair that no server knows yet. */
export async function newSshKey(): Promise<SshKey> {
  const folder = mkdtempSync(join(tmpdir(), "e2e-ssh-"));
  try {
    const file = join(folder, "key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "e2e", "-f", file], { stdin: "ignore" });
    return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
