import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { sshKey } from "../support/keys";
import { connection, needed, problems } from "../support/repository";

const { key: privateKey, publicKey } = sshKey();
const [type, base64] = publicKey.split(" ");
const knownHosts = line("nas");
const server = { host: "nas", user: "backup", path: "/srv/restic" };
const least = { ...server, privateKey, knownHosts };

function line(names: string): string {
  return `${names} ${type} ${base64}\n`;
}

describe("sftp", () => {
  const files = needed("ssh-privatekey", "known_hosts");

  it("is a folder on a server, reached by ssh without questions and without trust at first use", async () => {
    assert.deepEqual(await connection("sftp", least), {
      url: "sftp://backup@nas:22//srv/restic",
      env: { BACKUP_SSH_LOG: "/run/restic/ssh.log" },
      options: [
        [
          "--option=sftp.args=-i /run/restic/ssh-privatekey",
          "-o UserKnownHostsFile=/run/restic/known_hosts",
          "-o GlobalKnownHostsFile=/dev/null",
          "-o StrictHostKeyChecking=yes",
          "-o IdentitiesOnly=yes",
          "-o BatchMode=yes",
          "-o ConnectTimeout=20",
          "-o ServerAliveInterval=60",
          "-o ServerAliveCountMax=5",
          "-E /run/restic/ssh.log",
        ].join(" "),
      ],
      credentials: [{ env: [], files, values: { "ssh-privatekey": privateKey, known_hosts: knownHosts } }],
      needsUser: true,
    });
  });

  it("takes keys from an existing Secret", async () => {
    const { credentials } = await connection("sftp", { ...server, credentialsSecretName: "kept" });
    assert.deepEqual(credentials, [{ env: [], files, secretName: "kept" }]);
  });

  it("tells a path from the root from one of the user's own, and another port", async () => {
    const { url } = await connection("sftp", {
      ...least,
      port: "2222",
      path: "backups/jira",
      knownHosts: line("[nas]:2222"),
    });
    assert.equal(url, "sftp://backup@nas:2222/backups/jira");
  });

  const known: [string, Record<string, unknown>][] = [
    ["one of several names", { knownHosts: line("other,nas,10.0.0.1") }],
    ["a name in capitals, which ssh ignores", { host: "NAS", knownHosts: line("nas") }],
    ["one line of several", { knownHosts: `# mine\n${line("other")}${line("nas")}` }],
    ["the name with the port", { port: 2222, knownHosts: line("[nas]:2222") }],
    ["an authority", { knownHosts: line("@cert-authority nas") }],
    ["a pattern, which is left to ssh", { host: "nas.example.com", knownHosts: line("*.example.com") }],
    ["hashed names, which nobody can read", { knownHosts: line("|1|bm9uZQ==|bm9uZQ==") }],
    ["a host that is not known yet", { host: pulumi.output("later") }],
    ["a port that is not known yet", { port: pulumi.output(2222), knownHosts: line("[nas]:2222") }],
    ["lines that are not known yet", { knownHosts: pulumi.output("later") }],
  ];
  for (const [what, given] of known) {
    it(`finds the server in ${what}`, () => {
      assert.deepEqual(problems("sftp", { ...least, ...given }), []);
    });
  }

  const missing = (name: string, port: number, host: string) =>
    `knownHosts: has no line that begins with ${name}: take the output of ssh-keyscan -p ${port} ${host}, and compare it with the server's own keys`;
  const unknown: [string, Record<string, unknown>, string][] = [
    ["another server's line", { knownHosts: line("other") }, missing("nas", 22, "nas")],
    ["the line of another port", { port: 2222 }, missing("[nas]:2222", 2222, "nas")],
    ["the line of another port, in quotes", { port: "2222" }, missing("[nas]:2222", 2222, "nas")],
    ["a key that is not trusted any more", { knownHosts: line("@revoked nas") }, missing("nas", 22, "nas")],
    ["a longer name", { knownHosts: line("nas.example.com") }, missing("nas", 22, "nas")],
  ];
  for (const [what, given, expected] of unknown) {
    it(`does not find the server in ${what}`, () => {
      assert.deepEqual(problems("sftp", { ...least, ...given }), [expected]);
    });
  }

  const refused: [string, Record<string, unknown>, string][] = [
    [
      "a key without known hosts",
      { knownHosts: undefined },
      "knownHosts: is missing: privateKey is of no use without it",
    ],
    [
      "known hosts without key",
      { privateKey: undefined },
      "privateKey: is missing: knownHosts is of no use without it",
    ],
    [
      "no credentials",
      { privateKey: undefined, knownHosts: undefined },
      "privateKey: is missing: give privateKey and knownHosts, or credentialsSecretName",
    ],
    [
      "credentials twice",
      { credentialsSecretName: "kept" },
      "credentialsSecretName: stands beside privateKey and knownHosts: remove privateKey and knownHosts, or credentialsSecretName",
    ],
    [
      "a key with passphrase",
      { privateKey: sshKey("hunter2").key },
      "privateKey: is protected by a passphrase, which nobody types at night: remove it by `ssh-keygen -p -N ''`, or make another key",
    ],
    ["no host", { host: undefined }, "host: is missing: give a value"],
    ["no user", { user: undefined }, "user: is missing: name the user"],
    ["no path", { path: undefined }, "path: is missing: give a path"],
    ["a port of nobody", { port: 0, knownHosts: line("[nas]:0") }, "port: must be a whole number from 1 to 65535"],
    [
      "a password, which ssh could not use at night",
      { password: "hunter2" },
      "password: unknown property: known here are host, port, user, path, privateKey, knownHosts, credentialsSecretName",
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("sftp", { ...least, ...given }), [expected]);
    });
  }
});
