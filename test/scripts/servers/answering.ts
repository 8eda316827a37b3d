import { readFile } from "node:fs/promises";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";
import type { Certificate } from "./certificates";

/** A server that gives the answers that a good one cannot be made to give. */
export interface Answering {
  readonly port: number;
  /** Requests that ask for something to be made or changed. */
  readonly writes: string[];
  close(): void;
}

export async function answering(answer: RequestListener, tls?: Certificate): Promise<Answering> {
  const writes: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      writes.push(`${request.method} ${request.url}`);
    }
    answer(request, response);
  };
  const server = tls
    ? createHttpsServer({ cert: await readFile(tls.cert), key: await readFile(tls.key) }, listener)
    : createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    writes,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Accepts every connection, and answers this to whatever is said, or nothing. */
export async function saying(words?: string): Promise<Answering> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    if (words !== undefined) {
      socket.once("data", () => socket.end(words));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    writes: [],
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    },
  };
}
