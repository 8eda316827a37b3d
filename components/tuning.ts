import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { backends, type Kind } from "./backends";
import { type Environment, given, option } from "./backends/backend";
import * as formats from "./formats";
import { type Given, group } from "./group";
import { input } from "./inputs";
import { only, type Problem } from "./problems";

/**
 * Speed and size of what goes to the repository. restic before 0.19 ignores wrong values in silence, so they are checked
 * here. See https://restic.readthedocs.io/en/stable/047_tuning_backup_parameters.html
 */
export interface TuningArgs {
  /**
   * Connections to the storage at the same time.
   *
   * @default - 5, and 2 for a local repository
   */
  connections?: pulumi.Input<number>;

  /**
   * Size of the files in the repository, in MiB, from 4 to 128. Larger ones are fewer, and need more room in the pod.
   *
   * @default 16
   */
  packSize?: pulumi.Input<number>;

  /**
   * Files of the source that are read at the same time.
   *
   * @default 2
   */
  readConcurrency?: pulumi.Input<number>;

  /**
   * How hard data is compressed: `off`, `fastest`, `auto`, `better` or `max`.
   *
   * @default "auto"
   */
  compression?: pulumi.Input<string>;

  /**
   * Most that is sent to the storage, in KiB a second.
   *
   * @default - no limit
   */
  limitUpload?: pulumi.Input<number>;

  /**
   * Most that is fetched from the storage, in KiB a second. A restore takes the longer for it.
   *
   * @default - no limit
   */
  limitDownload?: pulumi.Input<number>;
}

export const tuningSchema = group("give { compression: max }", {
  connections: input(formats.count(1, 1000)).optional(),
  packSize: input(formats.count(4, 128)).optional(),
  readConcurrency: input(formats.count(1, 1000)).optional(),
  compression: input(formats.oneOf("off", "fastest", "auto", "better", "max")).optional(),
  limitUpload: input(formats.count(1)).optional(),
  limitDownload: input(formats.count(1)).optional(),
}).prefault({});

type TuningSettings = z.infer<typeof tuningSchema>;

/** Room for files in the making, in MiB: the size of the pods' `/tmp`. */
export const temporarySpace = 2048;

/** restic keeps one unfinished file for each connection, and one more. */
export function tuningProblems(tuning: Given | undefined): Problem[] {
  const { connections = 5, packSize = 16 } = tuning ?? {};
  const needed = (known(connections) + 1) * known(packSize);
  return only(
    needed > temporarySpace,
    "tuning",
    `connections and packSize together need ${needed} MiB of scratch space, and pods have ${temporarySpace}: lower one of them`,
  );
}

/** An Output complains when it is made a number. */
function known(number: unknown): number {
  return typeof number === "object" ? Number.NaN : Number(number);
}

export function tuningEnvironment({ packSize, readConcurrency, compression }: TuningSettings): Environment {
  return given({
    RESTIC_PACK_SIZE: text(packSize),
    RESTIC_READ_CONCURRENCY: text(readConcurrency),
    RESTIC_COMPRESSION: compression,
  });
}

export function tuningOptions(
  { connections, limitUpload, limitDownload }: TuningSettings,
  kind: Kind,
): pulumi.Output<string>[] {
  return [
    ...option(`${backends[kind].scheme}.connections`, text(connections)),
    ...(limitUpload === undefined ? [] : [pulumi.interpolate`--limit-upload=${limitUpload}`]),
    ...(limitDownload === undefined ? [] : [pulumi.interpolate`--limit-download=${limitDownload}`]),
  ];
}

function text(number: pulumi.Input<number> | undefined): pulumi.Output<string> | undefined {
  return number === undefined ? undefined : pulumi.interpolate`${number}`;
}
