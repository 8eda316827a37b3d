import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { execa } from "execa";
import { startB2 } from "../servers/b2";
import { makeAuthority } from "../servers/certificates";
import { freePort, untilListening } from "../servers/free-port";
import { startS3, startSftp } from "../servers/programs";
import type { Place, Scene } from "./harvest-place";

interface Served {
  readonly env: Record<string, string>;
  readonly options?: readonly string[];
  readonly stop: () => unknown;
}

const account = { access: "access-key", secret: "secret-key" };

/** Servers of a directory that has the repository at backup/jira. */
const servers: Readonly<Record<string, (place: Place, folder: string) => Promise<Served>>> = {
  s3: async (_, folder) => {
    const { port, stop } = await startS3(folder, account);
    const env = {
      RESTIC_REPOSITORY: `s3:http://127.0.0.1:${port}/backup/jira`,
      AWS_ACCESS_KEY_ID: account.access,
      AWS_SECRET_ACCESS_KEY: account.secret,
      AWS_DEFAULT_REGION: "us-east-1",
    };
    return { env, options: ["--option=s3.retries=1"], stop };
  },
  sftp: async (place, folder) => {
    const keys = join(place.folder, "keys");
    await mkdir(keys);
    const { port, privateKey, knownHosts, stop } = await startSftp(keys, folder);
    const args = `-F none -i ${privateKey} -o UserKnownHostsFile=${knownHosts} -o BatchMode=yes`;
    const env = { RESTIC_REPOSITORY: `sftp://jira@127.0.0.1:${port}//backup/jira` };
    return { env, options: [`--option=sftp.args=${args}`], stop };
  },
  rclone: async (place, folder) => {
    const config = join(place.folder, "rclone.conf");
    await writeFile(config, "[storage]\ntype = local\n");
    const env = { RESTIC_REPOSITORY: `rclone:storage:${join(folder, "backup", "jira")}`, RCLONE_CONFIG: config };
    return { env, stop: () => rm(config) };
  },
  b2: async (place, folder) => {
    const b2 = await startB2(place.folder, account.secret);
    const { stdout } = await execa("find", [folder, "-type", "f"]);
    for (const path of stdout.split("\n")) {
      b2.buckets.get("backup")?.set(relative(join(folder, "backup"), path), await readFile(path));
    }
    return { env: { RESTIC_REPOSITORY: "b2:backup:jira", ...b2.account, ...b2.env }, stop: b2.close };
  },
  gs: async (_, folder) => {
    const port = await freePort();
    const args = [
      "-scheme",
      "http",
      "-host",
      "127.0.0.1",
      "-port",
      String(port),
      "-data",
      folder,
      "-backend",
      "memory",
    ];
    const server = execa("fake-gcs-server", [...args, "-public-host", `127.0.0.1:${port}`], { reject: false });
    await untilListening("fake-gcs-server", port);
    const env = { RESTIC_REPOSITORY: "gs:backup:/jira", STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` };
    return { env: { ...env, GOOGLE_ACCESS_TOKEN: "token" }, stop: () => server.kill() };
  },
};

const losses: readonly Scene[] = Object.entries(servers).map(([backend, serve]) => ({
  name: `damage-on-${backend}`,
  how: `a pack is lost, ${backend}`,
  expect: "damage",
  run: async (place) => {
    const folder = join(place.folder, "served");
    await rm((await place.packs("files"))[0] as string);
    await cp(place.repository, join(folder, "backup", "jira"), { recursive: true });
    const { env, options = [], stop } = await serve(place, folder);
    try {
      const more = { env, limit: 60 };
      await place.restic([...options, "--no-cache", "check", "--read-data"], more);
      const restore = ["--json", "restore", `latest:${place.source}`, "--target", place.target, "--verify"];
      await place.restic([...options, "--no-cache", ...restore], more);
    } finally {
      await stop();
      await rm(folder, { recursive: true });
    }
  },
}));

const withoutKeys: Scene = {
  name: "failure-no-keys-on-rclone",
  how: "the directory of the keys is gone, rclone",
  expect: "failure",
  run: async (place) => {
    await rm(join(place.repository, "keys"), { recursive: true });
    const config = join(place.folder, "rclone.conf");
    await writeFile(config, "[storage]\ntype = local\n");
    const env = { RESTIC_REPOSITORY: `rclone:storage:${place.repository}`, RCLONE_CONFIG: config };
    await place.restic(["--no-lock", "--json", "snapshots"], { env });
  },
};

const look = ["--no-lock", "--no-cache", "cat", "config"];

const credentials: readonly Scene[] = [
  {
    name: "refused-line-end-in-a-key",
    how: "an access key that ends in a line end",
    expect: "failure",
    run: async (place) => {
      const env = {
        RESTIC_REPOSITORY: `s3:http://127.0.0.1:${await freePort()}/backup/jira`,
        AWS_ACCESS_KEY_ID: "access-key\n",
        AWS_SECRET_ACCESS_KEY: "secret-key",
        AWS_DEFAULT_REGION: "us-east-1",
      };
      await place.restic(["--option=s3.retries=1", ...look], { env, limit: 15 });
    },
  },
  {
    name: "refused-no-credentials-of-google",
    how: "no credentials for Google, and no network",
    expect: "failure",
    run: (place) =>
      place.restic(look, { env: { RESTIC_REPOSITORY: "gs:backup:/jira" }, rights: "all", before: ["unshare", "-n"] }),
  },
  {
    name: "refused-no-ssh",
    how: "no ssh on the PATH",
    expect: "failure",
    run: (place) =>
      place.restic(look, {
        env: { RESTIC_REPOSITORY: "sftp:jira@127.0.0.1:/backup" },
        before: ["env", "PATH=/does/not/exist"],
      }),
  },
  {
    name: "refused-client-certificate",
    how: "a server that wants a client certificate",
    expect: "failure",
    run: async (place) => {
      const folder = join(place.folder, "tls");
      await mkdir(folder);
      const authority = await makeAuthority(folder, "authority");
      const { cert, key } = await authority.issue("server", "IP:127.0.0.1");
      const tls = { cert: await readFile(cert), key: await readFile(key), ca: await readFile(authority.cert) };
      const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (_, response) =>
        response.end(),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const env = { RESTIC_REPOSITORY: `rest:https://127.0.0.1:${port}/`, RESTIC_CACERT: authority.cert };
      await place.restic(look, { env, limit: 6 });
      server.close();
      await rm(folder, { recursive: true });
    },
  },
  {
    name: "refused-user-without-name",
    how: "ssh as a user who is not in /etc/passwd, and as one whom the server lets in without SFTP",
    expect: "failure",
    run: async (place) => {
      const folder = join(place.folder, "sshd");
      const file = (name: string) => join(folder, name);
      await mkdir(folder, { mode: 0o755 });
      for (const key of ["host", "user"]) {
        await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(key)]);
      }
      const port = await freePort();
      const lines = [
        ...[
          `Port ${port}`,
          "ListenAddress 127.0.0.1",
          `HostKey ${file("host")}`,
          `AuthorizedKeysFile ${file("user.pub")}`,
        ],
        ...["StrictModes no", `PidFile ${file("pid")}`, "UsePAM no", "PermitRootLogin yes"],
      ];
      await writeFile(file("config"), `${lines.join("\n")}\n`);
      await mkdir("/run/sshd", { recursive: true });
      const server = execa("/usr/sbin/sshd", ["-D", "-f", file("config")], { reject: false });
      await untilListening("sshd", port);
      const args = `-F none -i ${file("user")} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes`;
      const env = { RESTIC_REPOSITORY: `sftp://root@127.0.0.1:${port}//backup` };
      await place.restic([`--option=sftp.args=${args}`, ...look], { env, rights: "all" });
      await place.restic([`--option=sftp.args=${args}`, ...look], { env, as: 4242 });
      server.kill();
      await server;
      await rm(folder, { recursive: true });
    },
  },
];

export const backendScenes: readonly Scene[] = [...losses, withoutKeys, ...credentials];
