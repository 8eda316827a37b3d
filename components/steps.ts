import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import * as formats from "./formats";
import { givenGroup, group } from "./group";
import { input, list } from "./inputs";
import { only, type Problem } from "./problems";

/** Where the scratch volume is mounted in steps and in the backup. */
export const scratchMount = "/scratch";

/**
 * A container of the user's own, in the pod of a backup: it makes a dump into `/scratch`, triggers an export, tells
 * somebody. Steps run one after another. A step that fails fails the Job's pod, and what comes after it does not run:
 * a failed step before the backup means no backup, a failed step after it a failed Job whose snapshot is written. The
 * pod is tried again, and each of its steps with it.
 */
export interface StepArgs {
  /** Name of the container: lower-case letters, digits and "-". */
  name: pulumi.Input<string>;

  /**
   * Image with the program, a POSIX shell (`sh`) and `sleep`, as all of Debian's, Alpine's and busybox' have. The
   * program runs as the user of the pods (`runAs`), whatever user the image names: what it writes, restic must read.
   * That user has no capability, root neither: it reads and writes what its own files and their modes allow.
   */
  image: pulumi.Input<string>;

  /** The program and its arguments. No shell reads them; Kubernetes puts the values of variables in place of `$(NAME)`. */
  command: pulumi.Input<pulumi.Input<string>[]>;

  /** Environment variables that are no secret. */
  env?: { [name: string]: pulumi.Input<string> };

  /** Name of an existing Secret in `namespace`, whose keys become environment variables. */
  envSecretName?: pulumi.Input<string>;

  /**
   * Seconds after which the step is ended, and has failed.
   *
   * @default 3600
   */
  timeLimit?: pulumi.Input<number>;

  /**
   * Go on when the step fails: the failure stands in its log, and changes nothing else.
   *
   * @default false
   */
  optional?: pulumi.Input<boolean>;

  /**
   * Let the step write to the volume of the source; root then writes there whoever owns the files. Other steps read it,
   * as far as files are readable for their user.
   *
   * @default false
   */
  writesSource?: pulumi.Input<boolean>;
}

const steps = z
  .array(
    group("give { name: …, image: …, command: […] }", {
      name: input(formats.dnsLabel("name the step")),
      image: input(formats.image("postgres:17")),
      command: list(formats.text("give the program"), 1),
      env: z.record(formats.variableName, input(formats.text("give the value"))).optional(),
      envSecretName: input(formats.objectName("name the Secret")).optional(),
      timeLimit: input(formats.count(1)).default(3600),
      optional: input(formats.flag).default(false),
      writesSource: input(formats.flag).default(false),
    }),
    "must be a list of steps",
  )
  .optional();

export const stepsSchema = group("give { before: [{ name: …, image: …, command: […] }] }", {
  before: steps,
  after: steps,
  scratchSize: input(formats.quantity).default("10Gi"),
}).prefault({});

/** Steps around the backup. */
export interface StepsArgs {
  /** Steps before the backup, in this order. */
  before?: StepArgs[];

  /** Steps after a backup that succeeded, in this order. */
  after?: StepArgs[];

  /**
   * Most that the volume at `/scratch` may hold. It is empty at the beginning of each backup, all steps may write to it,
   * and it is backed up when `selection.additionalPaths` names `/scratch` or a folder of it.
   *
   * @default "10Gi"
   */
  scratchSize?: pulumi.Input<string>;
}

export type Step = NonNullable<z.infer<typeof steps>>[number];

/** Whether there is any step, and so a scratch volume. */
export function hasSteps({ before = [], after = [] }: z.infer<typeof stepsSchema>): boolean {
  return before.length + after.length > 0;
}

/** Two containers of one pod cannot have the same name. */
export function stepsProblems(args: unknown): Problem[] {
  const names: unknown[] = ["restic", "program"];
  return givenSteps(args).flatMap(({ property, name }) => {
    const taken = typeof name === "string" && names.includes(name);
    names.push(name);
    return only(taken, `${property}.name`, "is the name of another container: choose one", name);
  });
}

/** The steps as they were given, not checked yet. */
export function givenSteps(args: unknown): { property: string; name: unknown }[] {
  const { before, after } = givenGroup(args) ?? {};
  return Object.entries({ before, after }).flatMap(([when, list]) =>
    (Array.isArray(list) ? list : []).map((step, i) => ({
      property: `steps.${when}.${i}`,
      name: givenGroup(step)?.name,
    })),
  );
}
