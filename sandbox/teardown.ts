import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { containerd, parts } from "./control-plane";
import { removeBridge } from "./network";
import { endFamily, stop } from "./processes";
import { cluster, containerdSocket, podNetwork, run } from "./state";

/** These two know no other place, whatever folders they are given. */
const kubeletSocket = "/var/lib/kubelet/device-plugins/kubelet.sock";
const sharedFolders = [
  "/var/lib/kubelet/device-plugins",
  "/var/lib/kubelet",
  "/run/containerd/s",
  "/run/containerd",
  "/var/lib/cni/results",
  "/var/lib/cni",
];

/** Ends the cluster and removes everything that it made, whatever state it is in. */
export async function tearDown(): Promise<void> {
  if (!existsSync(cluster)) {
    // What a kubelet of somebody else's has made on this machine looks like ours.
    return;
  }
  const sockets = shimSockets();
  // What would start pods again goes first.
  await Promise.all(parts.filter((part) => part !== containerd).map(stop));
  await endFamily(`-address ${containerdSocket}`);
  await stop(containerd);
  await removePodNetworks();
  await removeBridge();
  await unmountBelow([cluster, run]);
  removeCgroups();
  for (const path of [...sockets, kubeletSocket, run, ...logLinks(), ...cniResults()]) {
    rmSync(path, { recursive: true, force: true });
  }
  for (const folder of sharedFolders) {
    removeIfEmpty(folder);
  }
  // At the very end: an interrupted `down` can be done again.
  rmSync(cluster, { recursive: true, force: true });
}

/** containerd keeps the sockets of its shims outside its state folder. */
function shimSockets(): string[] {
  const tasks = join(run, "containerd", "io.containerd.runtime.v2.task", "k8s.io");
  return entriesOf(tasks).flatMap((id) => {
    const address = join(tasks, id, "address");
    return existsSync(address) ? [readFileSync(address, "utf8").trim().replace("unix://", "")] : [];
  });
}

/** A pod's network ends with its name below /run/netns, once its processes have ended. */
async function removePodNetworks(): Promise<void> {
  const prefix = podNetwork.replace(/0\/24$/, "");
  for (const name of entriesOf("/run/netns").filter((name) => name.startsWith("cni-"))) {
    const { stdout: addresses = "" } = await execa("ip", ["-n", name, "address"], { reject: false });
    if (addresses.includes(`inet ${prefix}`)) {
      await execa("ip", ["netns", "delete", name]);
    }
  }
}

async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounted = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
  for (const path of mounted.reverse()) {
    // Lazily: what still has it open has been told to end.
    await execa("umount", ["--lazy", path]);
  }
}

/** kubelet links the logs of containers here, wherever else they are. */
function logLinks(): string[] {
  const folder = "/var/log/containers";
  return entriesOf(folder)
    .map((name) => join(folder, name))
    .filter((path) => readlinkSync(path).startsWith(`${cluster}/`));
}

/** The network plugins' notes on our pods: those of the loopback device carry the same ids, but not our name. */
function cniResults(): string[] {
  const folder = "/var/lib/cni/results";
  const names = entriesOf(folder);
  const ids = names.flatMap((name) => /^restic-backup-sandbox-([0-9a-f]+)-/.exec(name)?.[1] ?? []);
  return names.filter((name) => ids.some((id) => name.includes(id))).map((name) => join(folder, name));
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
