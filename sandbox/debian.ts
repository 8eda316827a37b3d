import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** Debian packages, each with a file that tells whether it is there. */
const packages: { readonly [name: string]: string } = {
  bzip2: "/bin/bzip2",
  "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
  conntrack: "/usr/sbin/conntrack",
  containerd: "/usr/bin/containerd",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  dash: "/bin/dash",
  "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
  gcc: "/usr/bin/gcc",
  iproute2: "/sbin/ip",
  iptables: "/usr/sbin/iptables",
  kmod: "/sbin/modprobe",
  "libc6-dev": "/usr/include/stdio.h",
  make: "/usr/bin/make",
  mount: "/bin/umount",
  "musl-tools": "/usr/bin/musl-gcc",
  "openssh-client": "/usr/bin/ssh",
  openssl: "/usr/bin/openssl",
  procps: "/sbin/sysctl",
  "python3-pip": "/usr/bin/pip3",
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

/** The archives of packages and of all that they depend on, whatever this machine has; nothing is installed. */
export async function downloadPackages(names: readonly string[], folder: string): Promise<void> {
  mkdirSync(join(folder, "partial"), { recursive: true });
  const options = [
    "--yes",
    "--no-install-recommends",
    "--download-only",
    // To apt this machine is empty, so that nothing is left out.
    "--option=Dir::State::status=/dev/null",
    `--option=Dir::Cache::archives=${folder}`,
    // Its usual user may not write to our folder.
    "--option=APT::Sandbox::User=root",
  ];
  await execa("apt-get", ["update"], { stdin: "ignore" });
  await execa("apt-get", ["install", ...options, ...names], { stdin: "ignore" });
}
