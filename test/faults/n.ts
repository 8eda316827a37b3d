import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { until } from "../scripts/test-repository";
import type { Fault, Storage } from "./fault";
import { CouldNotRun } from "./fault";
import type { Line } from "./proxy";
import { proxyTo } from "./proxy";
import type { Scene } from "./scene";
import { ended, signal } from "./scene";
import { addressOf } from "./storage";

const servers: readonly Storage[] = ["REST", "S3"];

/** The network, made bad by a proxy between the scripts and the server. */
export const n: readonly Fault[] = servers.flatMap((storage): Fault[] => [
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
    injection: "the network is cut for 20 minutes",
    expected: "exit 1 after the 15 minutes that restic tries",
    inject: () => Promise.reject(new CouldNotRun("longer than the whole matrix may take")),
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
    injection: "1 % of the packets is lost",
    expected: "the backup succeeds",
    inject: lossyLine,
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

async function lossyLine(): Promise<string> {
  const netem = "ip link set lo up && tc qdisc add dev lo root netem loss 1%";
  const { failed, stderr } = await execa("unshare", ["-n", "sh", "-c", netem], { reject: false });
  throw new CouldNotRun(
    failed
      ? `the kernel has no netem (tc: ${stderr.trim().split("\n").at(0)})`
      : "tc can, but this row is not written yet",
  );
}
