import { join } from "node:path";
import { pathOf } from "./go-tools";
import { certificate, containerdConfig, corednsConfig, kubeletConfig, pluginFolder } from "./node-config";
import type { Program } from "./processes";
import { cluster, kubeconfig, nodeAddress, pki, podNetwork, serviceNetwork, volumes } from "./state";

/** A program of the cluster. */
export interface Part extends Program {
  /** Ports that it needs for itself. */
  readonly ports?: readonly number[];
}

const configOf = (name: string) => join(cluster, "kubeconfig", `${name}.conf`);

export const containerd: Part = {
  name: "containerd",
  program: "/usr/bin/containerd",
  args: ["--config", join(cluster, "containerd.toml")],
  config: { path: join(cluster, "containerd.toml"), content: containerdConfig() },
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
  config: { path: join(cluster, "kubelet.json"), content: kubeletConfig() },
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

export const volumeProvisioner: Part = {
  name: "volume-provisioner",
  program: pathOf("volume-provisioner"),
  args: [kubeconfig, volumes],
};

/** Names of services, for pods. Its port is not ours alone: the machine may have a resolver on another address. */
export const coredns: Part = {
  name: "coredns",
  program: pathOf("coredns"),
  args: ["-conf", join(cluster, "Corefile")],
  config: { path: join(cluster, "Corefile"), content: corednsConfig() },
};

/** In the order in which they are started. */
export const parts: readonly Part[] = [
  containerd,
  etcd,
  apiserver,
  controllerManager,
  scheduler,
  volumeProvisioner,
  coredns,
  kubelet,
  proxy,
];
