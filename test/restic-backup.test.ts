import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ResticBackup } from "../components";
import type { ResticBackupArgs } from "../components/args";
import { args, leastArgs } from "./support/args";
import { mockPassword, only, type Registration, registrations, secretSignature } from "./support/monitor";

const job = "kubernetes:batch/v1:Job";
const cronJob = "kubernetes:batch/v1:CronJob";
const deployment = "kubernetes:apps/v1:Deployment";
const secret = "kubernetes:core/v1:Secret";
const configMap = "kubernetes:core/v1:ConfigMap";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";
const randomPassword = "random:index/randomPassword:RandomPassword";
const component = "restic-backup:index:ResticBackup";

const s3: ResticBackupArgs["repository"] = {
  s3: { bucket: "backups", endpoint: "minio:9000", accessKeyId: "the-id", secretAccessKey: "the-key" },
};

function registered(given: ResticBackupArgs, preview = false): Promise<Registration[]> {
  return registrations(() => {
    new ResticBackup("backup", given);
  }, preview);
}

/** What Pulumi is asked to register; what the provider and the cluster make of it is proven in `e2e/`. */
describe("ResticBackup", () => {
  for (const preview of [false, true]) {
    it(`registers exactly the documented children, in ${preview ? "preview" : "up"}`, async () => {
      const found = await registered(leastArgs, preview);
      assert.deepEqual(
        found.map(({ type, name }) => `${type} ${name}`).sort(),
        [
          `${deployment} backup-restore`,
          `${cronJob} backup`,
          `${job} backup-init`,
          `${configMap} backup-scripts`,
          `${claim} backup-repository`,
          `${secret} backup-password`,
          `${randomPassword} backup-password`,
          `${component} backup`,
        ].sort(),
      );
    });
  }

  it("makes a Secret of credentials for a backend that needs them, and no claim", async () => {
    const found = await registered(args({ repository: s3 }));
    assert.deepEqual(only(found, secret, "backup-credentials").inputs.stringData, {
      AWS_ACCESS_KEY_ID: "the-id",
      AWS_SECRET_ACCESS_KEY: "the-key",
    });
    assert.equal(
      found.some(({ type }) => type === claim),
      false,
    );
  });

  it("makes no claim, and no password, when existing ones are named", async () => {
    const found = await registered(
      args({ repository: { local: { claimName: "kept" } }, password: { secretName: "kept-password" } }),
    );
    assert.deepEqual(
      found.map(({ type }) => type).filter((type) => [claim, secret, randomPassword].includes(type)),
      [],
    );
    assert.match(JSON.stringify(only(found, cronJob).inputs), /"claimName":"kept"/);
    assert.match(JSON.stringify(only(found, cronJob).inputs), /"secretName":"kept-password"/);
  });

  it("is the parent of all children", async () => {
    const [self, ...children] = await registered(leastArgs);
    assert.equal(self?.type, component);
    assert.deepEqual(
      new Set(children.map(({ parent }) => parent)),
      new Set([`urn:pulumi:stack::project::${component}::backup`]),
    );
  });

  it("hands its provider to every child", async () => {
    const found = await registrations(() => {
      const provider = new kubernetes.Provider("elsewhere", {});
      new ResticBackup("backup", leastArgs, { providers: [provider] });
    });
    const children = found.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.equal(children.length, 6);
    for (const { type, provider } of children) {
      assert.match(provider, /::elsewhere::/, type);
    }
  });

  it("gives fixed names to what operators type, and lets Pulumi name the rest", async () => {
    const found = await registered(args({ repository: { local: {} }, namespace: "jira" }));
    const names = found
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, inputs }) => [type, (inputs.metadata as { name?: string }).name]);
    assert.deepEqual(Object.fromEntries(names), {
      [cronJob]: "backup",
      [deployment]: "backup-restore",
      [claim]: "backup-repository",
      [job]: undefined,
      [secret]: undefined,
      [configMap]: undefined,
    });
  });

  it("backs up only after init, and keeps replicas, password and repository out of Pulumi's hands", async () => {
    const found = await registered(leastArgs);
    assert.ok(only(found, cronJob).dependencies.some((urn) => urn.endsWith("::backup-init")));
    assert.deepEqual(only(found, deployment).ignoreChanges, ["spec.replicas"]);
    assert.equal(only(found, secret).retainOnDelete, true);
    assert.equal(only(found, claim).retainOnDelete, true);
    assert.deepEqual(
      found.filter(({ retainOnDelete }) => retainOnDelete).length,
      2,
      "nothing else stays behind after a destroy",
    );
  });

  it("freezes every argument of the password generator", async () => {
    const { ignoreChanges } = only(await registered(leastArgs), randomPassword);
    const known = [
      "keepers",
      "length",
      "lower",
      "minLower",
      "minNumeric",
      "minSpecial",
      "minUpper",
      "number",
      "numeric",
      "overrideSpecial",
      "special",
      "upper",
    ];
    assert.deepEqual([...ignoreChanges].sort(), known);
  });

  it("waits for the init Job a little longer than Kubernetes lets it run", async () => {
    const { createTimeout, inputs } = only(await registered(args({ deadlines: { init: 120 } })), job);
    assert.equal((inputs.spec as { activeDeadlineSeconds: number }).activeDeadlineSeconds, 120);
    assert.equal(createTimeout, "180s");
    assert.equal(
      "podFailurePolicy" in (inputs.spec as object),
      false,
      "Pulumi does not see a Job that such a policy failed",
    );
  });

  for (const preview of [false, true]) {
    it(`keeps every secret in Secrets, encrypted on the way there, in ${preview ? "preview" : "up"}`, async () => {
      const found = await registered(args({ repository: s3, password: { value: "my-own-password" } }), preview);
      for (const { type, name, wire } of found) {
        const shown = JSON.stringify(withoutSecrets(wire));
        for (const value of ["the-id", "the-key", "my-own-password"]) {
          assert.equal(shown.includes(value), false, `${type} ${name} shows ${value}`);
        }
      }
      const holders = found.filter(({ inputs }) => JSON.stringify(inputs).includes("my-own-password"));
      assert.deepEqual(holders.map(({ type }) => type).sort(), [secret, component].sort());
    });
  }

  it("never puts an Output into a string", async () => {
    for (const { type, wire } of await registered(
      args({ repository: s3, source: { claimName: pulumi.output("data") } }),
    )) {
      assert.equal(JSON.stringify(wire).includes("Calling [toString]"), false, type);
    }
  });

  it("offers the password as a secret output, and the commands of the runbook", async () => {
    const outputs: Record<string, unknown> = {};
    let isSecret = false;
    await registrations(() => {
      const backup = new ResticBackup("backup", args({ namespace: "jira" }));
      for (const [key, value] of Object.entries(backup)) {
        if (pulumi.Output.isInstance(value)) {
          value.apply((known) => {
            outputs[key] = known;
          });
        }
      }
      pulumi.isSecret(backup.repositoryPassword).then((known) => {
        isSecret = known;
      });
    });
    const { urn, ...plain } = outputs;
    assert.ok(urn);
    assert.equal(isSecret, true);
    assert.deepEqual(plain, {
      namespace: "jira",
      repository: "/repository",
      host: "jira-backup",
      cronJobName: "backup",
      restoreDeploymentName: "backup-restore",
      initJobName: "backup-init-1a2b3c4d",
      passwordSecretName: "backup-password-1a2b3c4d",
      repositoryClaimName: "backup-repository",
      repositoryPassword: mockPassword,
      backupNowCommand: "kubectl -n jira create job --from=cronjob/backup backup-$(date +%s)",
      restoreCommands: [
        "kubectl -n jira scale deployment backup-restore --replicas=1",
        "kubectl -n jira rollout status deployment backup-restore",
        "kubectl -n jira exec -it deploy/backup-restore -- /usr/local/bin/restore.sh",
        "kubectl -n jira scale deployment backup-restore --replicas=0",
      ].join("\n"),
    });
  });

  it("registers nothing when an argument is wrong", async () => {
    const found = await registrations(() => {
      assert.throws(
        () => new ResticBackup("backup", args({ schedule: "0 25 * * *" })),
        /schedule: "0 25 \* \* \*": hour 25 is above 23/,
      );
    });
    assert.deepEqual(found, []);
  });
});

function withoutSecrets(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(withoutSecrets);
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  return Object.values(node).includes(secretSignature)
    ? "[secret]"
    : Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withoutSecrets(value)]));
}
