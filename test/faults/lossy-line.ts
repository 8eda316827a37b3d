import type { NetConnectOpts } from "node:net";
import { connect, createServer } from "node:net";
import { execa } from "execa";
import { programPath } from "../scripts/shells";
import { until } from "../scripts/test-repository";
import type { Scene } from "./scene";
import { freePort } from "./storage";

export interface LossyLine {
  /** Behind it is the server. */
  readonly port: number;
  /** How many packets it has lost. */
  lost(): Promise<number>;
}

/**
 * A port of this machine from which the way to the server leads through a network of its own, whose loopback loses 1 % of
 * the packets: between two TCP stacks, so that both must repeat them. Sockets in the file system lead into it and out of it.
 */
export async function loseSomePackets(scene: Scene): Promise<LossyLine> {
  const [into, out] = [scene.world.path("way-in"), scene.world.path("way-out")];
  const outside = await listen(out, { port: scene.port, host: "127.0.0.1" });
  const inside = `${carry}
    carry(${JSON.stringify(into)}, { port: 8000, host: "127.0.0.1" });
    carry({ port: 8000, host: "127.0.0.1" }, ${JSON.stringify({ path: out })});
    console.log("ready")`;
  const network = execa(
    "unshare",
    [
      "--net",
      "sh",
      "-c",
      `ip link set lo mtu 1500 up && iptables -A INPUT -p tcp -m statistic --mode random --probability 0.01 -j DROP && exec "$0" -e "$1"`,
      process.execPath,
      inside,
    ],
    { reject: false, stdin: "ignore", all: true },
  );
  let said = "";
  network.all.on("data", (chunk) => {
    said += chunk;
  });
  await until(`a network that loses packets (${said})`, () => said.includes("ready"));
  const port = await freePort();
  const entry = await listen({ port, host: "127.0.0.1" }, { path: into });
  scene.atEnd(async () => {
    network.kill();
    for (const server of [outside, entry]) {
      server.close();
    }
  });
  const nsenter = await programPath("nsenter");
  return {
    port,
    lost: async () => {
      const list = ["iptables", "-L", "INPUT", "-v", "-x", "-n"];
      const { stdout } = await execa(nsenter, [`--net=/proc/${network.pid}/ns/net`, ...list]);
      return Number(/^ *(\d+) .*DROP/m.exec(stdout)?.[1]);
    },
  };
}

/** Whoever connects to one place is carried to another one. Runs in both networks. */
const carry = `const { connect, createServer } = require("node:net");
  const carry = (from, to) => createServer((client) => {
    const server = connect(to);
    for (const socket of [client, server]) socket.on("error", () => { client.destroy(); server.destroy(); });
    client.pipe(server).pipe(client);
  }).listen(from);`;

async function listen(from: object | string, to: NetConnectOpts) {
  const server = createServer((client) => {
    const other = connect(to);
    for (const socket of [client, other]) {
      socket.on("error", () => {
        client.destroy();
        other.destroy();
      });
    }
    client.pipe(other).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(from, resolve));
  return server;
}
