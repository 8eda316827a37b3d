import type { World } from "../scripts/shell-under-test";
import { expired, type Policy, rules } from "./expected-retention";
import { isPartial, type Known, type Model, type Snapshot } from "./model";
import { filesOf, readableManifest } from "./source";

export interface BackupSettings {
  readonly policy: Policy | null;
  readonly tagged: boolean;
  readonly minFiles: number;
  readonly maxShrink: number;
  /** Leave out what cannot be read. */
  readonly exclude: boolean;
}

/** What a run of backup.sh must do. */
export interface ExpectedBackup {
  readonly env: Record<string, string>;
  readonly exitCode: number;
  readonly snapshot?: Snapshot;
  /** The snapshot was written as a partial one first. */
  readonly unmarked: boolean;
  readonly retention?: RegExp;
  /** What retention removes, once the new snapshot is there with its last id. */
  readonly removed: ReadonlySet<string>;
}

export async function expectedBackup(model: Model, world: World, settings: BackupSettings): Promise<ExpectedBackup> {
  const { policy, tagged, minFiles, maxShrink } = settings;
  const files = await filesOf(world.source);
  const unreadable = files.filter(({ readable }) => !readable);
  const exclude = settings.exclude && unreadable.length > 0;
  const env = {
    BACKUP_RETENTION: policy ? rules(policy) : "",
    BACKUP_TAGS: tagged ? "keep" : "",
    BACKUP_MIN_FILES: `${minFiles}`,
    BACKUP_MAX_SHRINK: `${maxShrink}`,
    BACKUP_EXCLUDES: exclude ? unreadable.map(({ path }) => path).join("\n") : "",
  };
  const expected = { env, unmarked: exclude, removed: new Set<string>() };
  if (files.length === 0 || files.length < minFiles) {
    return { ...expected, exitCode: 65 };
  }

  const partial = unreadable.length > 0 && !exclude;
  const read = files.filter(({ readable }) => readable);
  const snapshot: Snapshot = {
    tags: [...(tagged ? ["keep"] : []), ...(partial ? ["partial"] : [])],
    entries: await readableManifest(world.source),
    files: read.length,
    bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  if (partial) {
    return { ...expected, exitCode: 3, snapshot, retention: /^skipped, because the snapshot is not complete$/ };
  }
  if (read.length === 0 || read.length < minFiles) {
    return { ...expected, exitCode: 65, snapshot };
  }
  if (hasShrunk(model.snapshots, snapshot, maxShrink)) {
    return { ...expected, exitCode: 0, snapshot, retention: /^skipped, because the source has shrunk$/ };
  }
  if (policy === null) {
    return { ...expected, exitCode: 0, snapshot, retention: /^no policy/ };
  }
  const all = [...model.snapshots, { id: "new", ...snapshot }];
  const removed = expired(all, policy);
  return {
    ...expected,
    exitCode: 0,
    snapshot,
    removed,
    retention: new RegExp(`^${all.length - removed.size} snapshots kept, ${removed.size} removed$`),
  };
}

function hasShrunk(older: readonly Known[], { files, bytes }: Snapshot, percent: number): boolean {
  const last = older.filter((snapshot) => !isPartial(snapshot)).at(-1);
  const least = (count: number) => count * (1 - percent / 100);
  return percent > 0 && last !== undefined && (files < least(last.files) || bytes < least(last.bytes));
}
