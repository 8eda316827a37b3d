import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { parts } from "./control-plane";
import { pathOf } from "./go-tools";
import { kubectl } from "./node";
import { end, familyOf, recordedNames, stop } from "./processes";
import { bridge, cluster, containerdSocket, home, hostPathVolumes, podNetwork, run } from "./state";

/** Ends the cluster and removes everything that it made, whatever state it is in. */
export async function tearDown(): Promise<void> {
  await deletePods();
  const sockets = shimSockets();
  for (const name of parts.map((part) => part.name).reverse()) {
    if (name !== "containerd") {
      await stop(name);
    }
  }
  await Promise.all(familyOf(`-address ${containerdSocket}`).map((pid) => end(pid, 1)));
  await stop("containerd");
  for (const name of recordedNames()) {
    await stop(name);
  }
  await removeNetwork();
  await unmountBelow([cluster, run, hostPathVolumes]);
  for (const path of [...sockets, cluster, run, hostPathVolumes, ...ownLogLinks(), ...cniResults()]) {
    rmSync(path, { recursive: true, force: true });
  }
  removeCgroups();
  removeIfEmpty(home);
}

/** The kubelet cleans up best while it still runs; without an API server the rest of this file does it. */
async function deletePods(): Promise<void> {
  await kubectl("delete", "pods", "--all", "--all-namespaces", "--grace-period=1", "--wait", "--timeout=20s").catch(
    () => undefined,
  );
}

/** containerd keeps the sockets of its shims outside its state folder. */
function shimSockets(): string[] {
  const tasks = join(run, "containerd", "io.containerd.runtime.v2.task", "k8s.io");
  return entriesOf(tasks).flatMap((id) => {
    const address = join(tasks, id, "address");
    return existsSync(address) ? [readFileSync(address, "utf8").trim().replace("unix://", "")] : [];
  });
}

async function removeNetwork(): Promise<void> {
  const prefix = podNetwork.replace(/0\/24$/, "");
  const { stdout } = await execa("ip", ["netns", "list"], { reject: false });
  for (const name of (stdout ?? "").split("\n").map((line) => line.split(" ")[0] ?? "")) {
    if (name.startsWith("cni-")) {
      const { stdout: addresses } = await execa("ip", ["-n", name, "address"], { reject: false });
      if ((addresses ?? "").includes(`inet ${prefix}`)) {
        await execa("ip", ["netns", "delete", name], { reject: false });
      }
    }
  }
  if (existsSync(pathOf("kube-proxy"))) {
    await execa(pathOf("kube-proxy"), ["--cleanup"], { reject: false });
  }
  await removeKubeChains();
  await execa("ip", ["link", "delete", bridge], { reject: false });
}

/** kube-proxy and kubelet leave empty chains of theirs. */
async function removeKubeChains(): Promise<void> {
  for (const table of ["nat", "filter", "mangle"]) {
    const { stdout } = await execa("iptables-save", ["-t", table], { reject: false });
    const lines = (stdout ?? "").split("\n");
    for (const rule of lines.filter((line) => /^-A .*-j KUBE-/.test(line) && !/^-A KUBE-/.test(line))) {
      const words = rule.match(/"[^"]*"|\S+/g) ?? [];
      const args = words.slice(1).map((word) => word.replace(/^"|"$/g, ""));
      await execa("iptables", ["-t", table, "-D", ...args], { reject: false });
    }
    const chains = lines.flatMap((line) => /^:(KUBE-\S+)/.exec(line)?.[1] ?? []);
    for (const action of ["-F", "-X"]) {
      for (const chain of chains) {
        await execa("iptables", ["-t", table, action, chain], { reject: false });
      }
    }
  }
}

async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounted = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)));
  for (const path of mounted.reverse()) {
    await execa("umount", ["--lazy", path], { reject: false });
  }
}

/** kubelet links the logs of containers here, wherever else they are. */
function ownLogLinks(): string[] {
  const folder = "/var/log/containers";
  return entriesOf(folder)
    .map((name) => join(folder, name))
    .filter((path) => linkTarget(path).startsWith(cluster));
}

function cniResults(): string[] {
  const folder = "/var/lib/cni/results";
  return entriesOf(folder)
    .filter((name) => name.startsWith("restic-backup-sandbox-"))
    .map((name) => join(folder, name));
}

/** Only those without processes can be removed, so another kubelet's pods are safe. */
function removeCgroups(): void {
  for (const controller of ["", ...entriesOf("/sys/fs/cgroup")]) {
    removeTree(join("/sys/fs/cgroup", controller, "kubepods"));
  }
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) {
    return;
  }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      removeTree(join(folder, entry.name));
    }
  }
  removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EBUSY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  }
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return dirname(path);
  }
}
