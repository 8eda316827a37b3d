import { execa } from "execa";
import { bridge, nodeAddress } from "./state";

// Where Docker runs, what is forwarded is dropped unless a rule lets it pass.
const forwarding = [
  ["-i", bridge, "-j", "ACCEPT"],
  ["-o", bridge, "-j", "ACCEPT"],
];

/** The bridge that the pods are attached to, with the node's address. */
export async function makeBridge(): Promise<void> {
  // Fails where the kernel has it built in, or is not ours to extend; kube-proxy then says what it misses.
  await execa("modprobe", ["br_netfilter"], { reject: false });
  await execa("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
  await execa("sysctl", ["-qw", "net.bridge.bridge-nf-call-iptables=1"], { reject: false });
  if (!(await succeeds("ip", "link", "show", bridge))) {
    await execa("ip", ["link", "add", bridge, "type", "bridge"]);
  }
  await execa("ip", ["address", "replace", `${nodeAddress}/24`, "dev", bridge]);
  await execa("ip", ["link", "set", bridge, "up"]);
  for (const rule of forwarding) {
    if (!(await succeeds("iptables", "-C", "FORWARD", ...rule))) {
      await execa("iptables", ["-I", "FORWARD", ...rule]);
    }
  }
}

/** Removes the bridge, and the rules that it, kube-proxy and the kubelet needed. */
export async function removeBridge(): Promise<void> {
  for (const rule of forwarding) {
    await execa("iptables", ["-D", "FORWARD", ...rule], { reject: false });
  }
  for (const family of ["iptables", "ip6tables"]) {
    await removeKubeChains(family);
  }
  await execa("ip", ["link", "delete", bridge], { reject: false });
}

/** All at once, in the words of `iptables-save`: its own quoting is what `iptables-restore` reads. */
async function removeKubeChains(family: string): Promise<void> {
  const { stdout: saved } = await execa(`${family}-save`);
  const tables = saved.split(/^(?=\*)/m).flatMap((table) => {
    const lines = table.split("\n");
    const chains = lines.flatMap((line) => /^:(KUBE-\S+)/.exec(line)?.[1] ?? []);
    const jumps = lines.filter((line) => /^-A (?!KUBE-).* -j KUBE-/.test(line));
    return chains.length === 0
      ? []
      : [
          /^\*\S+/.exec(table)?.[0] ?? "",
          ...jumps.map((line) => line.replace("-A", "-D")),
          ...chains.map((chain) => `-F ${chain}`),
          ...chains.map((chain) => `-X ${chain}`),
          "COMMIT",
        ];
  });
  if (tables.length > 0) {
    await execa(`${family}-restore`, ["--noflush", "--wait"], { input: `${tables.join("\n")}\n` });
  }
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  return (await execa(program, args, { reject: false })).exitCode === 0;
}
