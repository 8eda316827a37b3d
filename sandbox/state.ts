import { homedir } from "node:os";
import { join } from "node:path";

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");

/** Where everything lies that the sandbox makes: outside the checkout, so that several checkouts share one cluster. */
export const home = process.env.RESTIC_BACKUP_SANDBOX ?? join(cache, "restic-backup-sandbox");

/** Built programs and images: kept by `down`, because building them takes minutes. */
export const tools = join(home, "tools");

/** The programs that are put on the PATH. */
export const bin = join(tools, "bin");

/** The stand-in for the random provider has a folder of its own, because the official plugin goes before it. */
export const standInBin = join(tools, "stand-in");

/** The running cluster, and the Pulumi state that belongs to it: removed by `down`. */
export const cluster = join(home, "cluster");

export const logs = join(cluster, "log");
export const pki = join(cluster, "pki");
export const kubeconfig = join(cluster, "kubeconfig", "admin.conf");

/** Sockets and the runtime state of containers belong on a tmpfs. */
export const run = "/run/restic-backup-sandbox";
export const containerdSocket = join(run, "containerd.sock");

/** A folder for each volume that a claim asked for. */
export const volumes = join(cluster, "volumes");

/** The node's address on the bridge of the pods: kubelet refuses a loopback address. */
export const nodeAddress = "10.244.0.1";
export const podNetwork = "10.244.0.0/24";
export const serviceNetwork = "10.96.0.0/16";
export const clusterDomain = "cluster.local";
export const bridge = "rbsandbox0";
