import { existsSync } from "node:fs";
import { execa } from "execa";

/** Debian packages, each with a file that tells whether it is there. */
const packages: { readonly [name: string]: string } = {
  busybox: "/bin/busybox",
  "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
  conntrack: "/usr/sbin/conntrack",
  containerd: "/usr/bin/containerd",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  dash: "/bin/dash",
  iproute2: "/sbin/ip",
  iptables: "/usr/sbin/iptables",
  jq: "/usr/bin/jq",
  kmod: "/sbin/modprobe",
  mount: "/bin/umount",
  "openssh-client": "/usr/bin/ssh",
  openssl: "/usr/bin/openssl",
  procps: "/sbin/sysctl",
  runc: "/usr/sbin/runc",
  shellcheck: "/usr/bin/shellcheck",
  tzdata: "/usr/share/zoneinfo/Etc/UTC",
};

export function missingPackages(): string[] {
  return Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ""));
}

export async function installPackages(names: readonly string[], log: string): Promise<void> {
  const options = {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "ignore",
    stdout: { file: log, append: true },
    stderr: { file: log, append: true },
  } as const;
  await execa("apt-get", ["update"], options);
  await execa("apt-get", ["install", "--yes", "--no-install-recommends", ...names], options);
}
