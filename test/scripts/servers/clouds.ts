import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { makeAuthority } from "./certificates";

export interface Clouds {
  /** Sends restic's requests to a cloud here, and lets it trust what answers. */
  readonly env: Record<string, string>;
  /** Requests that ask for something to be made or changed. */
  readonly writes: string[];
  close(): void;
}

export type CloudAnswer = (host: string, request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands in for clouds whose host names restic knows by heart: a proxy that restic asks for a tunnel to the host, at
 * the end of which we are.
 */
export async function clouds(
  folder: string,
  name: string,
  hosts: readonly string[],
  answer: CloudAnswer,
): Promise<Clouds> {
  const authority = await makeAuthority(folder, `${name}-authority`);
  const { cert, key } = await authority.issue(name, hosts.map((host) => `DNS:${host}`).join(","));
  const writes: string[] = [];
  const cloud = createHttpsServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      writes.push(`${request.method} ${request.url}`);
    }
    answer(request.headers.host ?? "", request, response);
  });
  await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<Socket>();
  const proxy = createHttpServer().on("connect", (_, client: Socket) => {
    const tunnel = connect((cloud.address() as AddressInfo).port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(tunnel).pipe(client);
    });
    for (const socket of [client, tunnel]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      RESTIC_CACERT: join(folder, `${name}-authority.crt`),
    },
    writes,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      cloud.closeAllConnections();
      cloud.close();
      proxy.close();
    },
  };
}
