import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { StepArgs, StepsArgs } from "../components";
import { finalExitCodes } from "../components/exit-codes";
import { args, unchecked } from "./support/args";
import { type Container, pod, roles } from "./support/pod";
import { storages } from "./support/storages";

const least = (name: string): StepArgs => ({ name, image: "postgres:17", command: ["pg_dump"] });

/** All containers of a backup in the order in which they run. */
async function chain(steps: StepsArgs, repository: Record<string, unknown> = { local: {} }): Promise<Container[]> {
  const { spec } = await pod("backup", unchecked({ steps, repository }));
  return [...(spec.initContainers ?? []), ...spec.containers];
}

async function only(step: StepArgs): Promise<Container> {
  const [first] = await chain({ before: [step] });
  assert.ok(first);
  return first;
}

const env = ({ env }: Container) => Object.fromEntries(env.map(({ name, value }) => [name, value]));

describe("step containers", () => {
  it("are none without being asked: then restic is the pod's only container", async () => {
    const { spec, metadata } = await pod("backup");
    assert.equal(spec.initContainers, undefined);
    assert.equal(metadata.annotations, undefined);
    assert.deepEqual(
      spec.containers.map(({ name }) => name),
      ["restic"],
    );
  });

  const orders: [string[], string[], string[]][] = [
    [["a", "b"], [], ["a", "b", "restic"]],
    [[], ["c"], ["restic", "c"]],
    [
      ["b", "a"],
      ["d", "c"],
      ["b", "a", "restic", "d", "c"],
    ],
  ];
  for (const [before, after, expected] of orders) {
    it(`run one after another: ${expected.join(", ")}`, async () => {
      const steps = { before: before.map(least), after: after.map(least) };
      const { spec, metadata } = await pod("backup", args({ steps }));
      const names = (containers: Container[] = []) => containers.map(({ name }) => name);
      assert.deepEqual(names(spec.initContainers), expected.slice(0, -1));
      assert.deepEqual(names(spec.containers), expected.slice(-1));
      assert.deepEqual(metadata.annotations, { "kubectl.kubernetes.io/default-container": "restic" });
    });
  }

  it("run after the program that restic calls was brought", async () => {
    const rclone = { remote: "nextcloud", path: "backups", credentialsSecretName: "kept" };
    const names = (await chain({ before: [least("a")] }, { rclone })).map(({ name }) => name);
    assert.deepEqual(names, ["program", "a", "restic"]);
  });

  it("leave it to restic's exit codes alone whether a Job is tried again", async () => {
    const named = (finalExitCodes().rules as { onExitCodes?: { containerName: string } }[]).flatMap(
      ({ onExitCodes }) => onExitCodes?.containerName ?? [],
    );
    assert.deepEqual(named, ["restic"]);
    assert.equal((await chain({ after: [least("a")] })).filter(({ name }) => name === "restic").length, 1);
  });

  it("belong to no pod but the backup's", async () => {
    const steps = { before: [least("a")], after: [least("b")] };
    for (const role of roles.filter((one) => one !== "backup")) {
      const { spec, metadata } = await pod(role, args({ steps }));
      assert.deepEqual([spec.initContainers, spec.containers.length], [undefined, 1], role);
      assert.equal(metadata.annotations, undefined);
    }
  });

  it("have an hour, must not fail, and read the source, without being told more", async () => {
    assert.deepEqual(await only(least("dump")), {
      name: "dump",
      image: "postgres:17",
      command: ["sh", "/opt/restic-backup/run-step.sh", "pg_dump"],
      env: [
        { name: "STEP", value: "dump" },
        { name: "STEP_WHEN", value: "before" },
        { name: "STEP_TIME_LIMIT", value: "3600" },
        { name: "STEP_OPTIONAL", value: "" },
      ],
      volumeMounts: [
        { name: "scripts", mountPath: "/opt/restic-backup/run-step.sh", subPath: "run-step.sh", readOnly: true },
        { name: "scratch", mountPath: "/scratch" },
        { name: "source", mountPath: "/var/jira", readOnly: true },
      ],
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "1Gi" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        privileged: false,
        capabilities: { drop: ["ALL"], add: [] },
      },
      terminationMessagePolicy: "FallbackToLogsOnError",
    });
  });

  it("are what is said, now or later", async () => {
    for (const late of [<T>(value: T): pulumi.Input<T> => value, <T>(value: T) => pulumi.output(value)]) {
      const step = await only({
        name: late("dump"),
        image: late("postgres:17"),
        command: ["pg_dump", late("--file=/scratch/jira.sql"), ""] as pulumi.Input<string>[],
        env: { PGHOST: late("database") },
        envSecretName: late("database"),
        timeLimit: late(60) as pulumi.Input<number>,
        optional: late(true) as pulumi.Input<boolean>,
        writesSource: late(true) as pulumi.Input<boolean>,
      });
      assert.deepEqual(step.command.slice(2), ["pg_dump", "--file=/scratch/jira.sql", ""]);
      assert.deepEqual(env(step), {
        STEP: "dump",
        STEP_WHEN: "before",
        STEP_TIME_LIMIT: "60",
        STEP_OPTIONAL: "yes",
        PGHOST: "database",
      });
      assert.deepEqual(step.envFrom, [{ secretRef: { name: "database" } }]);
      assert.equal(step.volumeMounts.find(({ name }) => name === "source")?.readOnly, false);
    }
  });

  it("know when they run", async () => {
    const [before, , after] = await chain({ before: [least("a")], after: [least("b")] });
    assert.ok(before && after);
    assert.deepEqual([env(before).STEP_WHEN, env(after).STEP_WHEN], ["before", "after"]);
  });

  it("never see password or credentials, nor the repository, of any storage", async () => {
    for (const [kind, given] of storages("the-marker")) {
      const containers = await chain({ before: [least("a")], after: [least("b")] }, { [kind]: given });
      const steps = containers.filter(({ name }) => name === "a" || name === "b");
      assert.equal(steps.length, 2, kind);
      for (const step of steps) {
        assert.deepEqual(
          step.volumeMounts.map(({ name }) => name),
          ["scripts", "scratch", "source"],
          kind,
        );
        assert.deepEqual(Object.keys(env(step)), ["STEP", "STEP_WHEN", "STEP_TIME_LIMIT", "STEP_OPTIONAL"], kind);
        assert.equal(step.envFrom, undefined);
        assert.doesNotMatch(JSON.stringify(step), /the-marker|the-password|the-credentials|secretKeyRef/, kind);
      }
    }
  });

  it("take variables of their own that only begin alike", async () => {
    assert.equal(env(await only({ ...least("a"), env: { STEPS: "1" } })).STEPS, "1");
  });
});
