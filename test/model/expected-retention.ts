/** A retention policy: the last ones, and those with the tag `keep`. */
export interface Policy {
  readonly last: number;
  readonly tag: boolean;
}

interface Tagged {
  readonly id: string;
  readonly tags: readonly string[];
}

/**
 * Which of the snapshots, oldest first, the policy removes, worked out without restic. As soon as one of them is partial,
 * each set of tags counts for itself, so that partial ones take no place of complete ones.
 */
export function expired(snapshots: readonly Tagged[], { last, tag }: Policy): Set<string> {
  const apart = snapshots.some(({ tags }) => tags.includes("partial"));
  const newer = new Map<string, number>();
  const removed = new Set<string>();
  for (const { id, tags } of [...snapshots].reverse()) {
    const group = apart ? [...tags].sort().join() : "";
    const before = newer.get(group) ?? 0;
    newer.set(group, before + 1);
    if (before >= last && !(tag && tags.includes("keep"))) {
      removed.add(id);
    }
  }
  return removed;
}

export function rules({ last, tag }: Policy): string {
  return `--keep-last=${last}${tag ? "\n--keep-tag=keep" : ""}`;
}
