import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  bridge,
  cluster,
  clusterDomain,
  containerdSocket,
  kubeconfig,
  logs,
  nodeAddress,
  pki,
  podNetwork,
  run,
  volumes,
} from "./state";
import { writeAtomically } from "./write-atomically";

export const certificate = (name: string) => join(pki, name);
export const pluginFolder = join(cluster, "volume-plugins");

const cni = join(cluster, "cni");
const podLogs = join(cluster, "pod-logs");

/** Writes what the network plugins read, and makes the folders that the node's programs expect. */
export function writeNodeConfig(): void {
  for (const folder of [run, logs, cni, podLogs, join(cluster, "kubelet"), volumes]) {
    mkdirSync(folder, { recursive: true });
  }
  writeAtomically(join(cni, "10-sandbox.conflist"), JSON.stringify(cniConfig()));
}

/** https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md */
export function containerdConfig(): string {
  return `version = 2
root = "${join(cluster, "containerd")}"
state = "${join(run, "containerd")}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  # Without CAP_SYS_RESOURCE runc cannot lower a pod's oom_score_adj, and no pod would start.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${cni}"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  # Not among the containers of a containerd that the machine has for itself.
  Root = "${join(run, "runc")}"
`;
}

/** Network of the pods. Pods reach each other and services; there is nothing else for them to reach. */
function cniConfig(): object {
  return {
    cniVersion: "0.4.0",
    name: "restic-backup-sandbox",
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: join(cluster, "cni-addresses"),
          ranges: [[{ subnet: podNetwork, rangeStart: "10.244.0.10" }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "loopback" },
    ],
  };
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfig(): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    failSwapOn: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificate("ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: certificate("kubelet.crt"),
    tlsPrivateKeyFile: certificate("kubelet.key"),
    clusterDomain,
    clusterDNS: [nodeAddress],
    resolvConf: "",
    podCIDR: podNetwork,
    podLogsDir: podLogs,
    volumePluginDir: pluginFolder,
    syncFrequency: "2s",
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    // There is no registry to fetch an image from again.
    imageGCHighThresholdPercent: 100,
  });
}

/** https://coredns.io/plugins/kubernetes/. Other names do not exist: there is nothing else for pods to reach. */
export function corednsConfig(): string {
  return `${clusterDomain} in-addr.arpa {
  bind ${nodeAddress}
  errors
  kubernetes {
    kubeconfig ${kubeconfig}
  }
}
. {
  bind ${nodeAddress}
  errors
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}
