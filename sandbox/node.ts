import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import {
  apiserver,
  cniConfig,
  containerd,
  containerdConfig,
  controllerManager,
  etcd,
  kubelet,
  kubeletConfig,
  type Part,
  parts,
  proxy,
  scheduler,
} from "./control-plane";
import { pathOf } from "./go-tools";
import { importImages } from "./images";
import { makePki } from "./pki";
import { ensureRunning, runningPid } from "./processes";
import { bridge, cluster, hostPathVolumes, kubeconfig, logs, nodeAddress, run } from "./state";

/** What stands for a claim's storage when it names no class. */
const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "host-path", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "kubernetes.io/host-path",
};

/** Starts what does not run yet, from nothing to a node on which pods run. */
export async function startNode(): Promise<void> {
  await checkPorts();
  await makePki();
  configure();
  await network();
  start(containerd);
  start(etcd);
  await until("containerd answers", 30, () => execa("ctr", ["--address", join(run, "containerd.sock"), "version"]));
  const imported = importImages();
  start(apiserver);
  await until("the API server is ready", 90, () => kubectl("get", "--raw", "/readyz"));
  start(controllerManager);
  start(scheduler);
  await imported;
  start(kubelet);
  start(proxy);
  await kubectlApply(storageClass);
  await until("the node is ready", 90, () => kubectl("wait", "--for=condition=Ready", "node/sandbox", "--timeout=2s"));
  await until("pods may be created", 60, () => kubectl("get", "serviceaccount", "default"));
}

/** Everything that a pod needs, seen from the API server. */
export async function isReady(): Promise<boolean> {
  if (parts.some(({ name }) => runningPid(name) === undefined)) {
    return false;
  }
  return kubectl("wait", "--for=condition=Ready", "node/sandbox", "--timeout=5s").then(
    () => true,
    () => false,
  );
}

export function kubectl(...args: string[]) {
  return execa(pathOf("kubectl"), ["--kubeconfig", kubeconfig, "--request-timeout=10s", ...args], { stdin: "ignore" });
}

function kubectlApply(object: object) {
  const args = ["--kubeconfig", kubeconfig, "apply", "-f", "-"];
  return execa(pathOf("kubectl"), args, { input: JSON.stringify(object) });
}

function start({ name, program, args }: Part): void {
  ensureRunning(name, program, args);
}

async function checkPorts(): Promise<void> {
  for (const { name, ports = [] } of parts) {
    for (const port of runningPid(name) === undefined ? ports : []) {
      if (await isTaken(port)) {
        throw new Error(
          `port ${port}, which ${name} needs, is taken by another program: end it, or set KUBECONFIG to a cluster of yours`,
        );
      }
    }
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}

function configure(): void {
  for (const folder of [
    run,
    logs,
    hostPathVolumes,
    join(cluster, "cni"),
    join(cluster, "pod-logs"),
    join(cluster, "kubelet"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(cluster, "containerd.toml"), containerdConfig(run));
  writeFileSync(join(cluster, "cni", "10-sandbox.conflist"), JSON.stringify(cniConfig(bridge)));
  writeFileSync(join(cluster, "kubelet.json"), JSON.stringify(kubeletConfig()));
}

async function network(): Promise<void> {
  // Fails where the kernel has it built in, or is not ours to extend; kube-proxy then says what it misses.
  await execa("modprobe", ["br_netfilter"], { reject: false });
  await execa("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
  await execa("sysctl", ["-qw", "net.bridge.bridge-nf-call-iptables=1"], { reject: false });
  if ((await execa("ip", ["link", "show", bridge], { reject: false })).exitCode !== 0) {
    await execa("ip", ["link", "add", bridge, "type", "bridge"]);
  }
  await execa("ip", ["address", "replace", `${nodeAddress}/24`, "dev", bridge]);
  await execa("ip", ["link", "set", bridge, "up"]);
}

async function until(what: string, seconds: number, probe: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > end) {
        const reason = (error as Error).message.split("\n").slice(0, 2).join(" ");
        throw new Error(`waited ${seconds} s until ${what}, in vain (${reason}); the logs are in ${logs}`);
      }
      await sleep(250);
    }
  }
}
