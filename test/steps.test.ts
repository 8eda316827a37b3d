import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { StepArgs } from "../components";
import { problemsOf } from "../components/inputs";
import { resolveSettings } from "../components/settings";
import { stepsProblems, stepsSchema } from "../components/steps";
import { args } from "./support/args";
import { resolved } from "./support/output";

const least = (name: string): StepArgs => ({ name, image: "postgres:17", command: ["pg_dump"] });

describe("steps", () => {
  const name =
    'must be lower-case letters, digits and "-", begin and end with a letter or digit, and have at most 63 characters';
  const refused: [Record<string, unknown>, string][] = [
    [{ before: "dump" }, "before: must be a list of steps"],
    [{ before: [{ ...least("Dump") }] }, `before.0.name: ${name}`],
    [{ after: [{ ...least("a"), name: undefined }] }, "after.0.name: is missing: name the step"],
    [
      { before: [{ ...least("a"), image: "postgres" }] },
      "before.0.image: names no version, so it may change between two nights: add one, as in postgres:17",
    ],
    [{ before: [{ ...least("a"), command: [] }] }, "before.0.command: must not be empty"],
    [{ before: [{ ...least("a"), command: "pg_dump jira" }] }, "before.0.command: must be a list"],
    [{ before: [{ ...least("a"), command: ["pg_dump", 1] }] }, "before.0.command.1: must be a string"],
    [{ before: [{ ...least("a"), env: { PGHOST: 1 } }] }, "before.0.env.PGHOST: must be a string"],
    [
      { before: [{ ...least("a"), env: { "PG HOST": "a" } }] },
      "before.0.env.PG HOST: must be the name of a variable: letters, digits and _",
    ],
    [
      { before: [{ ...least("a"), env: { STEP_TIME_LIMIT: "0" } }] },
      "before.0.env.STEP_TIME_LIMIT: is a variable of run-step.sh: use another one",
    ],
    [
      { before: [{ ...least("a"), envSecretName: "A" }] },
      'before.0.envSecretName: must be the name of a Kubernetes object: lower-case letters, digits, "-" and "."',
    ],
    [{ before: [{ ...least("a"), timeLimit: 0 }] }, "before.0.timeLimit: must be a whole number from 1 up"],
    [{ before: [{ ...least("a"), optional: "maybe" }] }, "before.0.optional: must be true or false"],
    [{ before: [{ ...least("a"), writesSource: 1 }] }, "before.0.writesSource: must be true or false"],
    [
      { before: [{ ...least("a"), args: [] }] },
      "before.0.args: unknown property: known here are name, image, command, env, envSecretName, timeLimit, optional, writesSource",
    ],
    [
      { scratchSize: "much" },
      "scratchSize: is not a quantity of Kubernetes: write a number and a unit, such as 500m, 512Mi or 10Gi",
    ],
    [{ during: [] }, "during: unknown property: known here are before, after, scratchSize"],
  ];
  for (const [given, problem] of refused) {
    it(`refuse ${problem}`, () => {
      const { error } = stepsSchema.safeParse(given);
      assert.ok(error);
      assert.deepEqual(
        problemsOf(error).map(({ property, reason }) => `${property}: ${reason}`),
        [problem],
      );
    });
  }

  it("refuse later what is known later", async () => {
    const steps = { before: [{ ...least("a"), timeLimit: pulumi.output(0) }] };
    await assert.rejects(resolved(resolveSettings("backup", args({ steps })).steps), {
      message: 'ResticBackup "backup": 1 problem\n  steps.before.0.timeLimit: 0: must be a whole number from 1 up',
    });
  });
});

describe("stepsProblems", () => {
  const reason = "is the name of another container: choose one";
  const cases: [unknown, { property: string; value: string }[]][] = [
    [undefined, []],
    [{ before: [{ name: "a" }, { name: "b" }], after: [{ name: "c" }] }, []],
    [{ before: [{ name: pulumi.output("a") }, { name: pulumi.output("a") }] }, []],
    [{ before: "a", after: [5, null] }, []],
    [{ before: [{ name: "restic" }] }, [{ property: "steps.before.0.name", value: "restic" }]],
    [{ after: [{ name: "program" }] }, [{ property: "steps.after.0.name", value: "program" }]],
    [
      { before: [{ name: "a" }, { name: "a" }], after: [{ name: "a" }] },
      [
        { property: "steps.before.1.name", value: "a" },
        { property: "steps.after.0.name", value: "a" },
      ],
    ],
  ];
  it("finds names that two containers would have", () => {
    for (const [given, expected] of cases) {
      assert.deepEqual(
        stepsProblems(given),
        expected.map((one) => ({ ...one, reason })),
      );
    }
  });
});
