import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import {
  apiserver,
  containerd,
  controllerManager,
  coredns,
  etcd,
  kubelet,
  type Part,
  parts,
  proxy,
  scheduler,
  volumeProvisioner,
} from "./control-plane";
import { pathOf } from "./go-tools";
import { importMissing } from "./image-archives";
import type { Image } from "./images";
import { makeBridge } from "./network";
import { writeNodeConfig } from "./node-config";
import { makePki } from "./pki";
import { checkPorts } from "./ports";
import { endStrays, ensureRunning, isRunning, logOf, runningPid } from "./processes";
import { clusterDomain, containerdSocket, kubeconfig, nodeAddress } from "./state";

/** What stands for a claim's storage when it names no class. */
const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "restic-backup-sandbox/host-path",
};

/** Starts what does not run yet, from nothing to a node on which pods of these images run. */
export async function startNode(images: readonly Image[]): Promise<void> {
  await Promise.all(parts.map(endStrays));
  await checkPorts();
  await makePki();
  writeNodeConfig();
  await makeBridge();
  await ensureRunning(containerd);
  await ensureRunning(etcd);
  await until("containerd answers", [containerd], () => execa("ctr", ["--address", containerdSocket, "version"]));
  await ensureRunning(apiserver);
  await Promise.all([
    importMissing(images),
    until("the API server is ready", [etcd, apiserver], () => kubectl("get", "--raw", "/readyz")),
  ]);
  for (const part of [controllerManager, scheduler, volumeProvisioner, coredns, kubelet, proxy]) {
    await ensureRunning(part);
  }
  await execa(pathOf("kubectl"), ["--kubeconfig", kubeconfig, "apply", "-f", "-"], {
    input: JSON.stringify(storageClass),
  });
  await until("the node is ready", parts, nodeIsReady);
  await until("names of services are resolved", parts, resolveKubernetes);
  await until("pods may be created", parts, () => kubectl("get", "serviceaccount", "default"));
}

/** Everything that a pod needs, seen from the API server. */
export async function isReady(): Promise<boolean> {
  if (!parts.every(isRunning)) {
    return false;
  }
  return nodeIsReady().then(
    () => true,
    () => false,
  );
}

export function kubectl(...args: string[]) {
  return execa(pathOf("kubectl"), ["--kubeconfig", kubeconfig, "--request-timeout=10s", ...args], { stdin: "ignore" });
}

function nodeIsReady() {
  return kubectl("wait", "--for=condition=Ready", "node/sandbox", "--timeout=2s");
}

function resolveKubernetes() {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([nodeAddress]);
  return resolver.resolve4(`kubernetes.default.svc.${clusterDomain}`);
}

const patience = 90;

/** Waits, but not for a program that has ended. */
async function until(what: string, needed: readonly Part[], probe: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + patience * 1000; ; await sleep(200)) {
    try {
      await probe();
      return;
    } catch (error) {
      const ended = needed.find(({ name }) => runningPid(name) === undefined);
      if (ended) {
        throw new Error(`${ended.name} has ended; the end of ${logOf(ended.name)}:\n${tailOf(logOf(ended.name))}`);
      }
      if (Date.now() > end) {
        const reason = (error as Error).message.split("\n").slice(0, 2).join(" ");
        const names = needed.map(({ name }) => logOf(name)).join(", ");
        throw new Error(`waited ${patience} s until ${what}, in vain (${reason}); the logs are ${names}`);
      }
    }
  }
}

function tailOf(log: string): string {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-10).join("\n");
}
