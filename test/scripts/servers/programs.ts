import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { programPath } from "../shells";
import { freePort, untilListening } from "./free-port";

/** A real server on the loopback interface. */
export interface Program {
  readonly port: number;
  /** All files that it stores. */
  stored(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Folders do not count: restic makes those of a new repository before it looks what is in them. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

interface Start {
  readonly args: (port: number) => readonly string[];
  readonly folder: string;
  readonly env?: Record<string, string>;
}

async function start(name: string, { args, folder, env = {} }: Start): Promise<Program> {
  const port = await freePort();
  const program = execa(await programPath(name), args(port), { env, reject: false, all: true, stdin: "ignore" });
  let ended: string | undefined;
  program.then(({ all }) => {
    ended = all;
  });
  await Promise.race([
    untilListening(name, port),
    program.then(({ all }) => Promise.reject(new Error(`${name} ended: ${all}`))),
  ]);
  return {
    port,
    stored: () => filesIn(folder),
    stop: async () => {
      if (ended === undefined) {
        program.kill("SIGKILL");
      }
      await program;
    },
  };
}

export function startRestServer(folder: string, ...options: readonly string[]): Promise<Program> {
  return start("rest-server", {
    folder,
    args: (port) => ["--listen", `127.0.0.1:${port}`, "--path", folder, ...options],
  });
}

export interface Keys {
  readonly access: string;
  readonly secret: string;
}

export function startS3(folder: string, root: Keys, ...options: readonly string[]): Promise<Program> {
  return start("versitygw", {
    folder,
    env: { ROOT_ACCESS_KEY: root.access, ROOT_SECRET_KEY: root.secret },
    args: (port) => ["--port", `127.0.0.1:${port}`, "--quiet", ...options, "posix", folder],
  });
}

export interface SftpServer extends Program {
  readonly privateKey: string;
  readonly knownHosts: string;
}

/** An SSH server that lets the user jira in with a key, and nobody else. */
export async function startSftp(keys: string, folder: string, ...options: readonly string[]): Promise<SftpServer> {
  const file = (name: string) => join(keys, name);
  for (const key of ["host", "user"]) {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", file(key)]);
  }
  const login = ["--user", "jira", "--key", file("host"), "--authorized-keys", file("user.pub")];
  const program = await start("rclone", {
    folder,
    env: { RCLONE_CONFIG: "/dev/null", HOME: keys },
    args: (port) => ["serve", "sftp", folder, "--addr", `127.0.0.1:${port}`, ...login, ...options],
  });
  const { stdout: hostKey } = await execa("cut", ["-d", " ", "-f", "1,2", file("host.pub")]);
  await writeFile(file("known_hosts"), `[127.0.0.1]:${program.port} ${hostKey}\n`);
  return { ...program, privateKey: file("user"), knownHosts: file("known_hosts") };
}
