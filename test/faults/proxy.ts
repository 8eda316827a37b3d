import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./storage";

export interface Proxy {
  readonly port: number;
  /** While it is true, all connections are broken, and new ones too. */
  cut: boolean;
  close(): Promise<void>;
}

export interface Line {
  /** Milliseconds in each direction. */
  readonly latency?: number;
  /** Bytes in a second towards the server. */
  readonly rate?: number;
  /** What the client says that breaks its connection. */
  readonly breaksAt?: RegExp;
}

/** A line to a server on this machine, as bad as it is told to be. */
export async function proxyTo(server: number, { latency = 0, rate, breaksAt }: Line = {}): Promise<Proxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let isCut = false;
  const listener = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(server, "127.0.0.1");
    const destroy = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", destroy);
      socket.on("close", () => sockets.delete(socket));
    }
    const carry = async (from: Socket, to: Socket, slowed: boolean) => {
      for await (const chunk of from) {
        if (slowed && breaksAt?.test(chunk.toString("latin1"))) {
          destroy();
          return;
        }
        await sleep(latency + (slowed && rate !== undefined ? (chunk.length / rate) * 1000 : 0));
        to.write(chunk);
      }
      to.end();
    };
    carry(client, upstream, true).catch(destroy);
    carry(upstream, client, false).catch(destroy);
  });
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  return {
    port,
    get cut() {
      return isCut;
    },
    set cut(value) {
      isCut = value;
      if (value) {
        for (const socket of sockets) {
          socket.destroy();
        }
      }
    },
    close: async () => {
      listener.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}
