import { createServer } from "node:net";
import { execa } from "execa";
import { secrets } from "../scripts/checked-report";
import type { World } from "../scripts/shell-under-test";
import { until } from "../scripts/test-repository";
import type { Storage } from "./fault";

export interface Served {
  /** 0: there is no server. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves the world's repository, which stays a folder that a test can look into. */
export async function serve(world: World, storage: Storage, ...options: string[]): Promise<Served> {
  if (storage === "local") {
    return { port: 0, stop: async () => {} };
  }
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server =
    storage === "REST"
      ? execa("rest-server", ["--no-auth", "--path", world.folder, "--listen", address, ...options], quietly)
      : execa(
          "versitygw",
          [
            "--port",
            address,
            "--access",
            accessKey,
            "--secret",
            secrets[1] as string,
            ...options,
            "posix",
            world.folder,
          ],
          quietly,
        );
  await until(`a server at ${address}`, () => answers(address));
  return {
    port,
    stop: async () => {
      server.kill();
      await server;
    },
  };
}

/** What leads the scripts to the repository: each bucket of the S3 server is a folder of the world. */
export function addressOf(world: World, storage: Storage, port: number): Record<string, string> {
  switch (storage) {
    case "local":
      return { RESTIC_REPOSITORY: world.repository };
    case "REST":
      return { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${port}/repository/` };
    case "S3":
      return {
        RESTIC_REPOSITORY: `s3:http://127.0.0.1:${port}/repository`,
        AWS_ACCESS_KEY_ID: accessKey,
        AWS_DEFAULT_REGION: "us-east-1",
      };
  }
}

const accessKey = "jira";
const quietly = { reject: false, stdout: "ignore", stderr: "ignore" } as const;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("the system gives no port");
  }
  return address.port;
}

async function answers(address: string): Promise<boolean> {
  return fetch(`http://${address}/`).then(
    () => true,
    () => false,
  );
}
