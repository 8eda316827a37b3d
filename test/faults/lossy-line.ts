import { readlink, rm, symlink, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { programPath } from "../scripts/shells";
import { until } from "../scripts/test-repository";
import type { Scene } from "./scene";

export interface LossyLine {
  /** Of the server, for the world's restic. */
  readonly port: number;
  /** How many packets it has lost. */
  lost(): Promise<number>;
  /** From then on, the world's restic runs where it did before. */
  close(): Promise<void>;
}

/**
 * Lets the world's restic run in a network of its own, whose loopback loses 1 % of the packets: between two TCP stacks,
 * so that both must repeat them. A socket in the file system leads out of it, to the server.
 */
export async function loseSomePackets(scene: Scene): Promise<LossyLine> {
  const { world, port } = scene;
  const way = world.path("way-out");
  const sockets = new Set<Socket>();
  const outside = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => [client, server].forEach((one) => void one.destroy()));
    }
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => outside.listen(way, resolve));
  const carry = `require("node:net").createServer((client) => {
    const server = require("node:net").connect(${JSON.stringify(way)});
    for (const socket of [client, server]) socket.on("error", () => { client.destroy(); server.destroy(); });
    client.pipe(server).pipe(client);
  }).listen(${port}, "127.0.0.1", () => console.log("ready"))`;
  const network = execa(
    "unshare",
    [
      "--net",
      "sh",
      "-c",
      `ip link set lo mtu 1500 up && iptables -A INPUT -p tcp -m statistic --mode random --probability 0.01 -j DROP && exec "$0" -e "$1"`,
      process.execPath,
      carry,
    ],
    { reject: false, stdin: "ignore", all: true },
  );
  let said = "";
  network.all.on("data", (chunk) => {
    said += chunk;
  });
  const enter = [await programPath("nsenter"), `--net=/proc/${network.pid}/ns/net`];
  const restic = join(world.path("bin"), "restic");
  const [direct, wrapper] = [await readlink(restic), `#!/bin/sh\nexec ${enter.join(" ")} `];
  scene.atEnd(async () => {
    network.kill();
    outside.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  await until(`a network that loses packets (${said})`, () => said.includes("ready"));
  await rm(restic);
  await writeFile(restic, `${wrapper}${direct} "$@"\n`, { mode: 0o755 });
  return {
    port,
    lost: async () => {
      const [enterNetwork, ...options] = enter as [string, string];
      const { stdout } = await execa(enterNetwork, [...options, "iptables", "-L", "INPUT", "-v", "-x", "-n"]);
      return Number(/^ *(\d+) .*DROP/m.exec(stdout)?.[1]);
    },
    close: async () => {
      await rm(restic);
      await symlink(direct, restic);
    },
  };
}
