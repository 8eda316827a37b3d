import { join } from "node:path";
import type { World } from "../scripts/shell-under-test";
import { type Policy, rules } from "./expected-retention";
import type { Contents, Model } from "./model";
import { filesOf, readableManifest } from "./source";

export interface BackupSettings {
  readonly policy: Policy | null;
  readonly tagged: boolean;
  readonly minFiles: number;
  readonly maxShrink: number;
  /** Leave out what cannot be read. */
  readonly exclude: boolean;
  /** A second path is backed up too. */
  readonly further: boolean;
  /** What happens to the source while restic reads it. */
  readonly meanwhile: "nothing" | "a file comes" | "a file changes" | "a file goes";
  /** BACKUP_ACCEPT_CHANGES. */
  readonly acceptChanges: boolean;
}

/** What a run of backup.sh must do before retention. */
export interface ExpectedBackup {
  readonly env: Record<string, string>;
  readonly exitCode: number;
  readonly snapshot?: Contents & { readonly tags: readonly string[]; readonly paths: readonly string[] };
  /** The mark of a partial snapshot is put on it, or taken away, after it was written. */
  readonly isMarkedLater: boolean;
  /** The mark is taken away: a tag says that nothing else was changed. */
  readonly isUnmarked?: boolean;
  /** A command that changes the source, once restic has read it. */
  readonly change: string;
}

export async function expectedBackup(model: Model, world: World, settings: BackupSettings): Promise<ExpectedBackup> {
  const { policy, tagged, minFiles, maxShrink, further, acceptChanges } = settings;
  const more = world.path("more");
  const [files, others] = [await filesOf(world.source), further ? await filesOf(more) : []];
  const unreadable = [...files, ...others].filter(({ readable }) => !readable);
  const exclude = settings.exclude && unreadable.length > 0;
  const env = {
    BACKUP_RETENTION: policy ? rules(policy) : "",
    BACKUP_TAGS: tagged ? "keep" : "",
    BACKUP_MIN_FILES: `${minFiles}`,
    BACKUP_MAX_SHRINK: `${maxShrink}`,
    BACKUP_EXCLUDES: exclude ? unreadable.map(({ path }) => path).join("\n") : "",
    BACKUP_PATHS: further ? more : "",
    BACKUP_ACCEPT_CHANGES: acceptChanges ? "yes" : "",
    BACKUP_CHECK_ZIP: "no",
  };
  const change = changeOf(settings, world, files.find(({ readable }) => readable)?.path);
  if (files.length === 0 || files.length < minFiles) {
    return { env, exitCode: 65, isMarkedLater: false, change: "" };
  }
  const read = files.filter(({ readable }) => readable);
  const all = [...read, ...others.filter(({ readable }) => readable)];
  const isRefused = read.length === 0 || read.length < minFiles;
  const isUnread = unreadable.length > 0 && !exclude;
  const isChanged = change !== "" && !acceptChanges;
  const exitCode = isRefused ? 65 : isUnread ? 3 : isChanged ? 75 : model.damaged ? 67 : 0;
  const isPartial = isRefused || isUnread || isChanged;
  const sum = (of: typeof files) => of.reduce((bytes, file) => bytes + file.bytes, 0);
  return {
    env,
    exitCode,
    snapshot: {
      tags: [...(tagged ? ["keep"] : []), ...(isPartial ? ["partial"] : [])],
      paths: further ? [world.source, more].sort() : [world.source],
      entries: await readableManifest(world.source),
      files: read.length,
      bytes: sum(read),
      allFiles: all.length,
      allBytes: sum(all),
    },
    // What cannot be read is marked from the first moment on.
    isMarkedLater: isPartial !== unreadable.length > 0,
    isUnmarked: !isPartial && unreadable.length > 0,
    change,
  };
}

function changeOf({ meanwhile }: BackupSettings, { source }: World, first: string | undefined): string {
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  if (meanwhile === "nothing" || (meanwhile !== "a file comes" && first === undefined)) {
    return "";
  }
  return {
    "a file comes": `echo new >${quoted(join(source, `came-${Date.now()}.zip`))}`,
    "a file changes": `echo more >>${quoted(first ?? "")}`,
    "a file goes": `rm ${quoted(first ?? "")}`,
  }[meanwhile];
}
