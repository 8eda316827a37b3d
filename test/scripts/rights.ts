import type { Role } from "../../components/naming";

/** Capabilities as setpriv writes them. */
export type Capability = "chown" | "fowner" | "fsetid" | "dac_override" | "dac_read_search" | "setfcap";

/** What a test needs beyond the rights of the pod, with the reason. */
export interface MoreRights {
  readonly capabilities: readonly Capability[];
  readonly why: string;
}

/** The workload whose pods run a script; a step's container knows no repository. */
const workloads: { readonly [script: string]: Role | "step" } = {
  "init.sh": "init",
  "backup.sh": "backup",
  "check.sh": "check",
  "prune.sh": "prune",
  "restore.sh": "restore",
  "restore-shell.sh": "restore",
  "run-step.sh": "step",
};

/** What root's containers have and no more, as `components/pod-security.ts` says: a test compares the two. */
export function rightsOf(script: string, repository: string): readonly Capability[] {
  const role = workloads[script];
  if (role === "step") {
    return [];
  }
  const onClaim = !/^(azure|b2|gs|rclone|rest|s3|sftp|swift):/.test(repository);
  return [
    ...(role === "restore" ? (["chown", "fowner", "fsetid"] as const) : []),
    ...(role === "restore" || onClaim ? (["dac_override"] as const) : []),
    ...(role === "backup" && !onClaim ? (["dac_read_search"] as const) : []),
  ];
}

/** Words that start a command with these capabilities only, as a container runtime does. */
export function withRights(setpriv: string, capabilities: readonly Capability[]): readonly string[] {
  const bounding = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  return [setpriv, `--bounding-set=${bounding}`, "--inh-caps=-all", "--no-new-privs"];
}
