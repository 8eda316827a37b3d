/** A snapshot as `restic snapshots --json` prints it. */
export interface ListedSnapshot {
  readonly id: string;
  readonly time: string;
  readonly tree: string;
  readonly paths: readonly string[];
  readonly hostname: string;
  readonly tags?: readonly string[];
  readonly original?: string;
  readonly summary?: {
    readonly total_files_processed: number;
    readonly total_bytes_processed: number;
    readonly backup_start?: string;
  };
}

export const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Tests reckon in seconds around this moment. */
export const now = Date.UTC(2026, 10, 20, 12) / 1000;

/** The id of a snapshot with a short name. */
export function idOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(64, "0");
}

/** The short names of ids: what a test compares. */
export function namesOf(ids: readonly string[]): string[] {
  return ids.map((id) => Buffer.from(id.replace(/(00)+$/, ""), "hex").toString());
}

interface Details {
  readonly host?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly original?: string;
  readonly tree?: string;
  readonly files?: number;
  readonly bytes?: number;
}

/** A snapshot that began so many seconds after `now`; names stand for ids. */
export function snapshot(name: string, offset: number, details: Details = {}): ListedSnapshot {
  const { host = "host", paths = ["/data"], tags, original, tree = "tree", files, bytes } = details;
  return {
    id: idOf(name),
    time: new Date((now + offset) * 1000).toISOString().replace(".000Z", "Z"),
    tree: idOf(tree),
    paths,
    hostname: host,
    ...(tags === undefined ? {} : { tags }),
    ...(original === undefined ? {} : { original: idOf(original) }),
    summary: { total_files_processed: files ?? 100, total_bytes_processed: bytes ?? 100_000 },
  };
}

/** A note as the scripts write it, so many seconds after `now`. */
export function note(kind: string, name: string, offset: number, tags: readonly string[] = []): ListedSnapshot {
  return {
    id: idOf(name),
    time: "1980-01-01T00:00:00Z",
    tree: idOf("tree"),
    paths: [`/restic-backup-${kind}`],
    hostname: `restic-backup-${kind}`,
    tags: [`restic-backup-${kind}`, `at:${now + offset}`, ...tags],
  };
}

/** A note of a version that dated it as any snapshot, so many seconds after `now`. */
export function oldNote(kind: string, name: string, offset: number, tags: readonly string[] = []): ListedSnapshot {
  return {
    ...snapshot(name, offset, { paths: [`/restic-backup-${kind}`], tags: [`restic-backup-${kind}`, ...tags] }),
  };
}
