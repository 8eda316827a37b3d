import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Environment, given } from "./backends/backend";
import * as formats from "./formats";
import { group } from "./group";
import { input } from "./inputs";
import type { Role } from "./naming";

/**
 * A part of the repository's data is read and checked every day, another one each time, until all of it was: damage is
 * found before a restore needs what is damaged. See https://restic.readthedocs.io/en/stable/045_working_with_repos.html
 */
export interface CheckArgs {
  /**
   * When a part is checked, in the format of the backup's `schedule`.
   *
   * @default "H H(2-5) * * *"
   */
  schedule?: pulumi.Input<string>;

  /**
   * Number of parts, from 1 to 256: after so many successful checks, all data was read. A part that fails is checked
   * again.
   *
   * @default 30
   */
  parts?: pulumi.Input<number>;

  /**
   * Check nothing by schedule.
   *
   * @default false
   */
  suspend?: pulumi.Input<boolean>;

  /**
   * Seconds that a check may take, its retries included.
   *
   * @default 21600
   */
  deadline?: pulumi.Input<number>;
}

/**
 * Space of snapshots that retention removed is given back once a week. There is no such CronJob without `retention`,
 * which alone removes snapshots, and is refused for a server with `appendOnly`.
 */
export interface PruneArgs {
  /**
   * When space is given back, in the format of the backup's `schedule`.
   *
   * @default "H H(2-5) * * 0"
   */
  schedule?: pulumi.Input<string>;

  /**
   * Unused space that may stay in the repository: a percentage below 100, a size as in `10G`, or `unlimited`. Less of it
   * means more data moved.
   *
   * @default "5%"
   */
  maxUnused?: pulumi.Input<string>;

  /**
   * Most that one run moves to give space back; the next run goes on.
   *
   * @default "10G"
   */
  maxRepackSize?: pulumi.Input<string>;

  /**
   * Give no space back by schedule.
   *
   * @default false
   */
  suspend?: pulumi.Input<boolean>;

  /**
   * Seconds that a run may take, its retries included.
   *
   * @default 21600
   */
  deadline?: pulumi.Input<number>;
}

const common = {
  suspend: input(formats.flag).default(false),
  deadline: input(formats.count(60)).default(21600),
};

export const checkSchema = group("give { parts: 7 }", {
  ...common,
  schedule: input(formats.cronSchedule).default("H H(2-5) * * *"),
  parts: input(formats.count(1, 256)).default(30),
}).prefault({});

export const pruneSchema = group("give { maxUnused: 10% }", {
  ...common,
  schedule: input(formats.cronSchedule).default("H H(2-5) * * 0"),
  maxUnused: input(formats.unusedSpace).default("5%"),
  maxRepackSize: input(formats.resticSize).default("10G"),
}).prefault({});

interface MaintenanceSettings {
  readonly check: z.infer<typeof checkSchema>;
  readonly prune: z.infer<typeof pruneSchema>;
}

/**
 * The variables of `scripts/check.sh` and `scripts/prune.sh`, which have no defaults of their own. The restore shell has
 * them too: operators run every script there.
 */
export function maintenanceEnvironment({ check, prune }: MaintenanceSettings, role: Role): Environment {
  const checks = role === "check" || role === "restore";
  const prunes = role === "prune" || role === "restore";
  return given({
    BACKUP_CHECK_PARTS: checks ? pulumi.interpolate`${check.parts}` : undefined,
    BACKUP_PRUNE_MAX_UNUSED: prunes ? prune.maxUnused : undefined,
    BACKUP_PRUNE_MAX_REPACK: prunes ? prune.maxRepackSize : undefined,
  });
}

/** Whether anything removes snapshots, so that there is space to give back; `appendOnly` beside it is refused. */
export function prunes({ retention }: { readonly retention?: unknown }): boolean {
  return retention !== undefined;
}
