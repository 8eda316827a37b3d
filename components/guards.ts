import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Environment, given } from "./backends/backend";
import * as formats from "./formats";
import { type Given, group } from "./group";
import { input, knownNumber } from "./inputs";
import { only, type Problem } from "./problems";

/**
 * What the source must look like before a backup. A guard that refuses it fails the Job (exit code 65, or 75 while it is
 * still being written), and older snapshots stay as they are. They look at `source.path`. Each is off at 0, `false` or
 * "".
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
   * Seconds without a change of any file, before which the source counts as still being written. The backup waits for
   * them, up to `settleWait`.
   *
   * @default 60
   */
  settle?: pulumi.Input<number>;

  /**
   * Name of a file, relative to `source.path`, that the application makes when an export is complete. The backup waits
   * for it, up to `settleWait`.
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
   * Percent of files or bytes by which the source may have shrunk since the last snapshot. More of it is backed up all
   * the same, but retention is left out, and the report warns.
   *
   * @default 50
   */
  maxShrink?: pulumi.Input<number>;

  /**
   * The newest `.zip` must be whole. It is read once more for that.
   *
   * @default false
   */
  zip?: pulumi.Input<boolean>;
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
  zip: input(formats.flag).default(false),
}).prefault({});

type GuardsSettings = z.infer<typeof guardsSchema>;

/** What is wrong between the guards. */
export function guardsProblems(guards: Given | undefined): Problem[] {
  const { settle = 60, settleWait = 600 } = guards ?? {};
  return only(
    knownNumber(settle) > knownNumber(settleWait),
    "guards.settleWait",
    `is less than settle, ${settle}, so no file could settle within it: raise it`,
    settleWait,
  );
}

/** The variables of `scripts/guards.sh`. */
export function guardsEnvironment(guards: GuardsSettings, mountPath: pulumi.Input<string>): Environment {
  const { mounted, zip, ...numbers } = guards;
  return given({
    BACKUP_SOURCE_MOUNT: pulumi.all([mounted, mountPath]).apply(([on, path]) => (on ? path : "")),
    BACKUP_MIN_FILES: pulumi.interpolate`${numbers.minFiles}`,
    BACKUP_MIN_BYTES: pulumi.interpolate`${numbers.minBytes}`,
    BACKUP_MAX_AGE: pulumi.interpolate`${numbers.maxAge}`,
    BACKUP_SETTLE: pulumi.interpolate`${numbers.settle}`,
    BACKUP_SETTLE_WAIT: pulumi.interpolate`${numbers.settleWait}`,
    BACKUP_MAX_SHRINK: pulumi.interpolate`${numbers.maxShrink}`,
    BACKUP_MARKER: numbers.marker,
    BACKUP_CHECK_ZIP: pulumi.output(zip).apply((on) => (on ? "yes" : "")),
  });
}
