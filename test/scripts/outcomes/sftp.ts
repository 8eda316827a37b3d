import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { saying } from "../servers/answering";
import { startSftp } from "../servers/programs";
import type { Row, Scene } from "./row";
import { nothing } from "./row";

export async function sftpRows(scene: Scene): Promise<Row[]> {
  const [folder, store, secretFiles] = await Promise.all(
    ["sftp-server", "sftp-store", "sftp-secrets"].map((name) => scene.folder(name)),
  );
  const server = await startSftp(folder as string, store as string);
  scene.onEnd(server.stop);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder as string, "another")]);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "phrase", "-C", "", "-f", join(folder as string, "locked")]);
  const { stdout: anotherKey } = await execa("cut", ["-d", " ", "-f", "1,2", join(folder as string, "another.pub")]);
  const readOnlyKeys = await scene.folder("sftp-read-only");
  const readOnly = await startSftp(readOnlyKeys, store as string, "--read-only");
  scene.onEnd(readOnly.stop);
  let count = 0;

  interface Files {
    readonly key?: string;
    readonly knownHosts?: string;
  }
  const row = async (
    wrong: string,
    address: string,
    { key, knownHosts }: Files = {},
    stored = nothing,
  ): Promise<Row> => {
    const [files, copies] = ["files", "copies"].map((name) => join(secretFiles as string, `${count}-${name}`));
    count++;
    await Promise.all([mkdir(files as string), mkdir(copies as string)]);
    await cp(key ?? server.privateKey, join(files as string, "ssh-privatekey"));
    if (knownHosts === undefined) {
      await cp(server.knownHosts, join(files as string, "known_hosts"));
    } else {
      await writeFile(join(files as string, "known_hosts"), knownHosts);
    }
    const options = "-o StrictHostKeyChecking=yes -o BatchMode=yes -o ConnectTimeout=3 -o GlobalKnownHostsFile=none";
    const args = `-i ${copies}/ssh-privatekey -o IdentitiesOnly=yes -o UserKnownHostsFile=${copies}/known_hosts ${options}`;
    return {
      backend: "sftp",
      wrong,
      env: {
        RESTIC_REPOSITORY: `sftp://${address}`,
        RESTIC_OPTIONS: `--option=sftp.args=-F none ${args} -E ${copies}/ssh.log`,
        BACKUP_SECRET_FILES: files as string,
        BACKUP_PRIVATE_FOLDER: copies as string,
        BACKUP_SSH_LOG: `${copies}/ssh.log`,
      },
      stored,
    };
  };
  const real = (wrong: string, files: Files, user = "jira") =>
    row(wrong, `${user}@127.0.0.1:${server.port}//backup`, files, server.stored);
  const [hanging, babbling] = await Promise.all([saying(), saying("HTTP/1.1 400 Bad Request\r\n\r\n")]);
  scene.onEnd(hanging.close);
  scene.onEnd(babbling.close);
  return [
    await row("the host is unknown", "jira@backup.invalid//backup"),
    await row("nothing listens at the port", `jira@127.0.0.1:${scene.closedPort}//backup`),
    await real("the host's key is not in known_hosts", { knownHosts: "" }),
    await real("the host's key is another one than in known_hosts", {
      knownHosts: `[127.0.0.1]:${server.port} ${anotherKey}\n`,
    }),
    await real("the SSH key is not in authorized_keys", { key: join(folder as string, "another") }),
    await real("the SSH key has a passphrase", { key: join(folder as string, "locked") }),
    await real("the SSH key is no key", { key: server.knownHosts }),
    await row(
      "the directory may not be written to",
      `jira@127.0.0.1:${readOnly.port}//backup`,
      { key: readOnly.privateKey, knownHosts: await readFile(readOnly.knownHosts, "utf8") },
      readOnly.stored,
    ),
    await row("accepts, and never answers", `jira@127.0.0.1:${hanging.port}//backup`),
    await row("is no SSH server", `jira@127.0.0.1:${babbling.port}//backup`),
  ];
}
