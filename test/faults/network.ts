import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../scripts/test-repository";
import type { Fault, Storage } from "./fault";
import { loseSomePackets } from "./lossy-line";
import type { Line } from "./proxy";
import { proxyTo } from "./proxy";
import type { Scene } from "./scene";
import { ended, signal } from "./scene";
import { addressOf } from "./storage";

const servers: readonly Storage[] = ["REST", "S3"];

/** The network, made bad by a proxy between the scripts and the server. */
export const network: readonly Fault[] = servers.flatMap((storage): Fault[] => [
  {
    id: "N1",
    storage,
    injection: "the network is cut for 10 seconds in the middle of a backup",
    expected: "the backup survives it",
    inject: async (scene) => {
      const { running, proxy } = await cutInTheMiddle(scene);
      await sleep(10_000);
      proxy.cut = false;
      return ended(await running.outcome, 0);
    },
  },
  {
    id: "N1",
    storage,
    injection:
      "the network is cut in the middle of a backup, until the deadline ends the pod (SIGTERM after 10 seconds)",
    expected: "no success, no snapshot; the next night is good",
    inject: async (scene) => {
      const { running, proxy } = await cutInTheMiddle(scene);
      await sleep(10_000);
      signal(running.pid, "SIGTERM");
      const seen = ended(await running.outcome, [1, 130]);
      assert.deepEqual(await scene.snapshots(), [...scene.older.keys()]);
      proxy.cut = false;
      return `${seen} It left ${(await scene.locks()).length} lock`;
    },
  },
  {
    id: "N1",
    storage,
    injection: "the network is cut for 20 minutes in the middle of a backup",
    expected:
      "exit 1 and no snapshot: restic tries for 15 minutes, and then to remove its lock; the next night is good",
    within: 25 * 60,
    inject: async (scene) => {
      const { running, proxy } = await cutInTheMiddle(scene);
      await sleep(20 * 60_000);
      proxy.cut = false;
      const seen = ended(await running.outcome, 1);
      assert.deepEqual(await scene.snapshots(), [...scene.older.keys()]);
      return `${seen} It left ${(await scene.locks()).length} lock`;
    },
  },
  {
    id: "N2",
    storage,
    injection: "64 KiB/s and 150 ms in each direction, 512 KiB new",
    expected: "the backup succeeds",
    inject: (scene) => onBadLine(scene, { latency: 150, rate: 64 * 1024 }),
  },
  {
    id: "N2",
    storage,
    injection: "1 % of the packets is lost, 24 MB new",
    expected: "the backup succeeds",
    inject: onLossyLine,
  },
]);

async function throughProxy(scene: Scene, line?: Line) {
  const proxy = await proxyTo(scene.port, line);
  scene.atEnd(proxy.close);
  return { proxy, env: addressOf(scene.world, scene.storage, proxy.port) };
}

async function cutInTheMiddle(scene: Scene) {
  const { proxy, env } = await throughProxy(scene);
  await scene.write("big.bin", 24_000_000);
  const running = scene.start("backup.sh", { env: { ...env, RESTIC_OPTIONS: "--limit-upload=8192" } });
  await until("the backup's lock", async () => (await scene.locks()).length > 0);
  await sleep(1000);
  proxy.cut = true;
  return { running, proxy };
}

async function onBadLine(scene: Scene, line: Line): Promise<string> {
  const { env } = await throughProxy(scene, line);
  await scene.write("new.bin", 512 * 1024);
  return ended(await scene.run("backup.sh", { env }), 0);
}

async function onLossyLine(scene: Scene): Promise<string> {
  const line = await loseSomePackets(scene);
  await scene.write("new.bin", 24_000_000);
  const seen = ended(await scene.run("backup.sh", { env: addressOf(scene.world, scene.storage, line.port) }), 0);
  const lost = await line.lost();
  assert.ok(lost > 0, "no packet was lost");
  return seen;
}
