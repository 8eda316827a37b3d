import { join } from "node:path";
import { pathOf } from "./go-tools";
import { cluster, containerdSocket, kubeconfig, nodeAddress, pki, podNetwork, serviceNetwork } from "./state";

/** A program of the cluster, with its arguments. */
export interface Part {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Ports that it needs for itself. */
  readonly ports?: readonly number[];
}

const certificate = (name: string) => join(pki, name);
const configOf = (name: string) => join(cluster, "kubeconfig", `${name}.conf`);
const pluginFolder = join(cluster, "volume-plugins");

export const containerd: Part = {
  name: "containerd",
  program: "/usr/bin/containerd",
  args: ["--config", join(cluster, "containerd.toml")],
};

export const etcd: Part = {
  name: "etcd",
  program: pathOf("etcd"),
  args: [
    `--data-dir=${join(cluster, "etcd")}`,
    "--listen-client-urls=http://127.0.0.1:2379",
    "--advertise-client-urls=http://127.0.0.1:2379",
    "--listen-peer-urls=http://127.0.0.1:2380",
    // The cluster is thrown away sooner than a power cut could hurt it.
    "--unsafe-no-fsync",
  ],
  ports: [2379, 2380],
};

export const apiserver: Part = {
  name: "kube-apiserver",
  program: pathOf("kube-apiserver"),
  args: [
    "--etcd-servers=http://127.0.0.1:2379",
    "--secure-port=6443",
    `--advertise-address=${nodeAddress}`,
    `--cert-dir=${pki}`,
    `--tls-cert-file=${certificate("apiserver.crt")}`,
    `--tls-private-key-file=${certificate("apiserver.key")}`,
    `--client-ca-file=${certificate("ca.crt")}`,
    `--service-account-key-file=${certificate("sa.pub")}`,
    `--service-account-signing-key-file=${certificate("sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-cluster-ip-range=${serviceNetwork}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    `--kubelet-client-certificate=${certificate("admin.crt")}`,
    `--kubelet-client-key=${certificate("admin.key")}`,
    `--kubelet-certificate-authority=${certificate("ca.crt")}`,
    "--kubelet-preferred-address-types=InternalIP",
  ],
  ports: [6443],
};

export const controllerManager: Part = {
  name: "kube-controller-manager",
  program: pathOf("kube-controller-manager"),
  args: [
    `--kubeconfig=${configOf("controller-manager")}`,
    `--cert-dir=${pki}`,
    `--service-account-private-key-file=${certificate("sa.key")}`,
    `--root-ca-file=${certificate("ca.crt")}`,
    "--leader-elect=false",
    "--use-service-account-credentials",
    "--enable-hostpath-provisioner",
    `--flex-volume-plugin-dir=${pluginFolder}`,
  ],
  ports: [10257],
};

export const scheduler: Part = {
  name: "kube-scheduler",
  program: pathOf("kube-scheduler"),
  args: [`--kubeconfig=${configOf("scheduler")}`, `--cert-dir=${pki}`, "--leader-elect=false"],
  ports: [10259],
};

export const kubelet: Part = {
  name: "kubelet",
  program: pathOf("kubelet"),
  args: [
    `--config=${join(cluster, "kubelet.json")}`,
    `--kubeconfig=${configOf("kubelet")}`,
    "--hostname-override=sandbox",
    `--node-ip=${nodeAddress}`,
    `--root-dir=${join(cluster, "kubelet")}`,
    `--cert-dir=${pki}`,
  ],
  ports: [10250, 10248],
};

export const proxy: Part = {
  name: "kube-proxy",
  program: pathOf("kube-proxy"),
  args: [
    `--kubeconfig=${kubeconfig}`,
    `--cluster-cidr=${podNetwork}`,
    "--hostname-override=sandbox",
    "--proxy-mode=iptables",
  ],
  ports: [10249, 10256],
};

/** In the order in which they are started. */
export const parts: readonly Part[] = [containerd, etcd, apiserver, controllerManager, scheduler, kubelet, proxy];

/** https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md */
export function containerdConfig(run: string): string {
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
  conf_dir = "${join(cluster, "cni")}"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
`;
}

/** Network of the pods. Pods reach each other and services; there is nothing else for them to reach. */
export function cniConfig(bridge: string): object {
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
export function kubeletConfig(): object {
  return {
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
    clusterDomain: "cluster.local",
    resolvConf: "",
    podCIDR: podNetwork,
    podLogsDir: join(cluster, "pod-logs"),
    volumePluginDir: pluginFolder,
    syncFrequency: "2s",
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    // There is no registry to fetch an image from again.
    imageGCHighThresholdPercent: 100,
  };
}
