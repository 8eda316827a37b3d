/** Which of the workloads an object belongs to. */
export type Role = "init" | "backup" | "restore" | "check" | "prune";

/** Only these roles need the volume that is backed up. */
export function mountsSource(role: Role): boolean {
  return role === "backup" || role === "restore";
}

/** Recommended labels, https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
export function labels(name: string, role?: Role): Record<string, string> {
  return { ...selector(name, role), "app.kubernetes.io/managed-by": "pulumi" };
}

/** The labels by which a workload finds its pods. */
export function selector(name: string, role?: Role): Record<string, string> {
  const instance = { "app.kubernetes.io/name": "restic-backup", "app.kubernetes.io/instance": name };
  return role === undefined ? instance : { ...instance, "app.kubernetes.io/component": role };
}
