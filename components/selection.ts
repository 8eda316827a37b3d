import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Environment, given } from "./backends/backend";
import * as formats from "./formats";
import { group } from "./group";
import { input, list } from "./inputs";

/**
 * What is backed up beside `source.path`, and what is left out.
 * See https://restic.readthedocs.io/en/stable/040_backup.html#excluding-files
 */
export interface SelectionArgs {
  /**
   * More absolute paths, on the volume of the source or on the scratch volume of `steps`, and not in
   * `source.restorePath`, which is left out of backups. `restore.sh` restores `source.path` only; the others come back by `restic restore` in the restore pod. A change of the paths begins a new
   * series of snapshots: retention counts the old ones apart.
   */
  additionalPaths?: pulumi.Input<pulumi.Input<string>[]>;

  /** Patterns of files and folders that are left out, such as `*.tmp` or `/var/jira/export/old`. */
  excludes?: pulumi.Input<pulumi.Input<string>[]>;

  /** Folders that hold a file of one of these names are left out. */
  excludeIfPresent?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Leave out folders that are marked as caches by a file `CACHEDIR.TAG`, https://bford.info/cachedir/
   *
   * @default false
   */
  excludeCaches?: pulumi.Input<boolean>;

  /** Leave out files larger than this: a number and `K`, `M`, `G` or `T`, as in `2G`. */
  excludeLargerThan?: pulumi.Input<string>;

  /**
   * Tags of each snapshot, by which restic's commands find it. Not `partial`, `repaired`, `restic-backup-…`, `at:…`,
   * `clears:…`, `of:…`, `of-host:…`, `of-job:…`, `of-path:…`, `repository:…`, `run:…`, `unsure:…`
   * and `whole:…`, which have a meaning of their own: a snapshot of a Job bears `of-job:` and the Job's uid.
   */
  tags?: pulumi.Input<pulumi.Input<string>[]>;
}

export const selectionSchema = group("give { excludes: ['*.tmp'] }", {
  additionalPaths: list(formats.absolutePath).optional(),
  excludes: list(formats.line).optional(),
  excludeIfPresent: list(formats.tagFile).optional(),
  excludeCaches: input(formats.flag).optional(),
  excludeLargerThan: input(formats.resticSize).optional(),
  tags: list(formats.tag).optional(),
}).prefault({});

type SelectionSettings = z.infer<typeof selectionSchema>;

/** The variables of `scripts/lib/selection.sh`. */
export function selectionEnvironment(selection: SelectionSettings): Environment {
  const { excludeCaches } = selection;
  return given({
    BACKUP_PATHS: lines(selection.additionalPaths),
    BACKUP_EXCLUDES: lines(selection.excludes),
    BACKUP_EXCLUDE_IF_PRESENT: lines(selection.excludeIfPresent),
    BACKUP_EXCLUDE_CACHES:
      excludeCaches === undefined ? undefined : pulumi.output(excludeCaches).apply((on) => (on ? "yes" : "")),
    BACKUP_EXCLUDE_LARGER_THAN: selection.excludeLargerThan,
    BACKUP_TAGS: lines(selection.tags),
  });
}

function lines(items: pulumi.Input<string[]> | undefined): pulumi.Output<string> | undefined {
  return items === undefined ? undefined : pulumi.output(items).apply((known) => known.join("\n"));
}
