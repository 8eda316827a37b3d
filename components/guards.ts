import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Environment, given } from "./backends/backend";
import * as formats from "./formats";
import { type Given, group } from "./group";
import { input, knownNumber } from "./inputs";
import { only, type Problem } from "./problems";

/**
 * What the source must look like before a backup, and after it. A guard that refuses it fails the Job (exit code 65, or 75
 * while it is still being written), and older snapshots stay as they are. They look at `source.path`. Each is off at 0,
 * `false` or "".
 */
export interface GuardsArgs {
  /**
   * A volume must be mounted at `source.mountPath`, and must not be empty.
   *
   * @default true
   */
  mounted?: pulumi.Input<boolean>;

  /**
   * Least number of files.
   *
   * @default 1
   */
  minFiles?: pulumi.Input<number>;

  /**
   * Least number of bytes of all files together.
   *
   * @default 1
   */
  minBytes?: pulumi.Input<number>;

  /**
   * Greatest age of the newest file, in seconds: older exports mean that the application has stopped exporting. Set it
   * to 0 for a source that changes seldom.
   *
   * @default 129600, 36 hours: Jira exports twice a day
   */
  maxAge?: pulumi.Input<number>;

  /**
   * Seconds without a change of any file, before which the source counts as still being written. What has changed within
   * the last day, by any of its dates, is looked at twice, so many seconds apart, whatever clocks say: such a night takes
   * so much longer. The backup waits up to `settleWait` for two looks that show the same.
   *
   * @default 60
   */
  settle?: pulumi.Input<number>;

  /**
   * Name of a file, relative to `source.path`, that the application makes when an export is complete. The backup waits
   * for it, up to `settleWait`. A marker that is older than the newest file is that of an export before, and waited for,
   * too; but whoever writes should remove it first, because nothing tells of an export that has not yet written a file.
   *
   * @default - none
   */
  marker?: pulumi.Input<string>;

  /**
   * Seconds to wait for `settle` and `marker`, before the Job's pod fails with exit code 75 and is tried again.
   *
   * @default 600
   */
  settleWait?: pulumi.Input<number>;

  /**
   * Percent of files or bytes by which the source may shrink. A source that shrank by more is backed up all the same, but
   * snapshots that hold more than the new one by more than this are never removed, until somebody has looked at what is
   * missing and runs `backup.sh --accept-shrink` in the restore shell. The reports warn each night until then.
   *
   * All paths are measured together. An additional path that holds no file at all, but did in the last complete snapshot,
   * as where its volume is not mounted, is refused with 65 until the same command; at 0, it is not.
   *
   * @default 50
   */
  maxShrink?: pulumi.Input<number>;

  /**
   * How the newest `.zip` is tested, so that an export that was cut off does not push good ones out.
   *
   * Left out: the newest one directly in `source.path` must end as a zip does, with the table of its entries, and have at
   * least one entry. That costs no reading. Damage in its middle is not found. A source without a `.zip` passes.
   *
   * `true`: the newest one at any depth is read as a whole beside that. Each compressed entry must unpack to what its
   * checksum says; an entry that is stored without compression must lie where the table says. What busybox cannot unpack,
   * such as an encrypted entry or a zip of more than 4 GiB, is a warning. There must be a `.zip`.
   *
   * `false`: none is looked at.
   *
   * @default - the end of the newest one is looked at
   */
  zip?: pulumi.Input<boolean>;

  /**
   * Take a snapshot for complete although files changed while restic read them: for a source that is always being written
   * to, such as the directory of a live application. Each file is then as it was at some moment of the backup, and not all
   * of them at the same one. Set `settle` to 0 beside it, or the backup waits for a pause that never comes.
   *
   * Without it such a snapshot is marked as partial, retention is left out, and the Job's pod fails with exit code 75 and
   * is tried again.
   *
   * @default false
   */
  acceptChanges?: pulumi.Input<boolean>;
}

/** The shell calculates with it. */
const amount = input(formats.count(0, 999_999_999_999_999));

export const guardsSchema = group("give { maxAge: 0 }", {
  mounted: input(formats.flag).default(true),
  minFiles: amount.default(1),
  minBytes: amount.default(1),
  maxAge: amount.default(129_600),
  settle: amount.default(60),
  marker: input(formats.relativePath).optional(),
  settleWait: amount.default(600),
  maxShrink: input(formats.count(0, 99)).default(50),
  zip: input(formats.flag).optional(),
  acceptChanges: input(formats.flag).default(false),
}).prefault({});

type GuardsSettings = z.infer<typeof guardsSchema>;

/** What is wrong between the guards. */
export function guardsProblems(guards: Given | undefined): Problem[] {
  const { settle = 60, settleWait = 600 } = guards ?? {};
  const longer = knownNumber(settle);
  return only(
    longer > knownNumber(settleWait),
    "guards.settleWait",
    `is less than settle, ${longer}, so no file could settle within it: raise it`,
    settleWait,
  );
}

/** The variables of `scripts/lib/guards.sh` and of the files that it names. */
export function guardsEnvironment(guards: GuardsSettings, mountPath: pulumi.Input<string>): Environment {
  const { mounted, zip, acceptChanges, ...numbers } = guards;
  return given({
    BACKUP_SOURCE_MOUNT: pulumi.all([mounted, mountPath]).apply(([on, path]) => (on ? path : "")),
    BACKUP_MIN_FILES: pulumi.interpolate`${numbers.minFiles}`,
    BACKUP_MIN_BYTES: pulumi.interpolate`${numbers.minBytes}`,
    BACKUP_MAX_AGE: pulumi.interpolate`${numbers.maxAge}`,
    BACKUP_SETTLE: pulumi.interpolate`${numbers.settle}`,
    BACKUP_SETTLE_WAIT: pulumi.interpolate`${numbers.settleWait}`,
    BACKUP_MAX_SHRINK: pulumi.interpolate`${numbers.maxShrink}`,
    BACKUP_MARKER: numbers.marker,
    BACKUP_CHECK_ZIP: zip === undefined ? "" : pulumi.output(zip).apply((whole) => (whole ? "yes" : "no")),
    BACKUP_ACCEPT_CHANGES: pulumi.output(acceptChanges).apply((on) => (on ? "yes" : "")),
  });
}
