import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { type Given, group } from "../group";
import { fileInput, input, secretInput } from "../inputs";
import { only, type Problem } from "../problems";
import { backend, given } from "./backend";
import { credentialProblems, credentials, privateFolder } from "./credentials";
import * as storages from "./formats";
import * as pem from "./pem";

/**
 * A repository on any server that offers SFTP, such as OpenSSH.
 *
 * The server's host key must be known beforehand: nothing is trusted at first use.
 */
export interface SftpRepositoryArgs {
  /** Host name or address of the server. */
  host: pulumi.Input<string>;

  /**
   * Port of the server.
   *
   * @default 22
   */
  port?: pulumi.Input<number>;

  /** User on the server. */
  user: pulumi.Input<string>;

  /** Folder of the repository on the server: absolute, or relative to where the server puts the user. */
  path: pulumi.Input<string>;

  /** Private key of the user, in PEM or in OpenSSH's format, without passphrase. It is kept in a Secret. */
  privateKey?: pulumi.Input<string>;

  /**
   * Lines of the server in the format of `known_hosts`, as `ssh-keyscan -p PORT HOST` prints them; compare them with the
   * server's own. See https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
   */
  knownHosts?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `ssh-privatekey` and `known_hosts`, instead of `privateKey`
   * and `knownHosts`.
   */
  credentialsSecretName?: pulumi.Input<string>;
}

const files = ["ssh-privatekey", "known_hosts"] as const;

/** Where ssh writes what went wrong: restic may end before it has passed ssh's words on. */
const sshLog = `${privateFolder}/ssh.log`;

/**
 * No questions, no trust at first use, and no waiting for a server that has gone away.
 * https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html#sftp
 */
const sshArguments = [
  `-i ${privateFolder}/ssh-privatekey`,
  `-o UserKnownHostsFile=${privateFolder}/known_hosts`,
  "-o GlobalKnownHostsFile=/dev/null",
  "-o StrictHostKeyChecking=yes",
  "-o IdentitiesOnly=yes",
  "-o BatchMode=yes",
  "-o ConnectTimeout=20",
  "-o ServerAliveInterval=60",
  "-o ServerAliveCountMax=5",
  `-E ${sshLog}`,
].join(" ");

export const sftp = backend({
  scheme: "sftp",
  schema: group("give its properties, as in { host: nas, user: backup, path: /srv/restic }", {
    host: input(storages.host),
    port: input(formats.count(1, 65535)).default(22),
    user: input(storages.loginName),
    path: input(storages.serverFolder),
    privateKey: secretInput(pem.sshPrivateKey).optional(),
    knownHosts: fileInput(pem.knownHosts).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["privateKey", "knownHosts"], ["credentialsSecretName"]]),
    ...knownHostsProblems(given, at),
  ],
  connect: ({ host, port, user, path, privateKey, knownHosts, credentialsSecretName }) => ({
    // An absolute path follows a second slash: https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html#sftp
    url: pulumi.interpolate`sftp://${user}@${host}:${port}/${path}`,
    env: { BACKUP_SSH_LOG: sshLog },
    options: [`--option=sftp.args=${sshArguments}`],
    credentials: credentials(given({ "ssh-privatekey": privateKey, known_hosts: knownHosts }), credentialsSecretName, {
      files,
    }),
    needsUser: true,
  }),
});

/** A key of another server would only show when the first backup is refused. Hashed names cannot be read. */
function knownHostsProblems({ host, port = 22, knownHosts }: Given, at: string): Problem[] {
  const number = typeof port === "string" ? Number(port) : port;
  if (typeof host !== "string" || typeof knownHosts !== "string" || typeof number !== "number") {
    return [];
  }
  const name = number === 22 ? host : `[${host}]:${number}`;
  const patterns = knownHosts.split("\n").flatMap((line) => {
    const [marker, second] = line.split(/\s+/);
    // A line of an authority begins with a marker, and so does one that takes trust away.
    return (marker === "@cert-authority" ? second : marker)?.split(",") ?? [];
  });
  const known = patterns.some(
    (pattern) => pattern.toLowerCase() === name.toLowerCase() || /^\||^[^#]*[*?]/.test(pattern),
  );
  return only(
    !known,
    `${at}.knownHosts`,
    `has no line that begins with ${name}: take the output of ssh-keyscan -p ${number} ${host}, and compare it with the server's own keys`,
  );
}
