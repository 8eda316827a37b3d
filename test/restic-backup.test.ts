import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ResticBackup } from "../components";
import type { ResticBackupArgs } from "../components/args";
import { args, leastArgs, unchecked } from "./support/args";
import { certificate } from "./support/keys";
import { mockPassword, only, type Registration, registrations, secretSignature } from "./support/monitor";
import { storages } from "./support/storages";

const job = "kubernetes:batch/v1:Job";
const cronJob = "kubernetes:batch/v1:CronJob";
const deployment = "kubernetes:apps/v1:Deployment";
const secret = "kubernetes:core/v1:Secret";
const configMap = "kubernetes:core/v1:ConfigMap";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";
const randomPassword = "random:index/randomPassword:RandomPassword";
const serviceAccount = "kubernetes:core/v1:ServiceAccount";
const component = "restic-backup:index:ResticBackup";

const s3: ResticBackupArgs["repository"] = {
  s3: { bucket: "backups", endpoint: "minio:9000", accessKeyId: "the-id", secretAccessKey: "the-key" },
};

/** What no storage knows of. */
const everything = {
  namespace: "jira",
  source: { claimName: "c", mountPath: "/data", subPath: "s", path: "/data/a", restorePath: "/data/b" },
  password: { value: "the-marker" },
  schedule: "@daily",
  timeZone: "Etc/UTC",
  retention: { keepDaily: 7, keepWithin: "7d" },
  host: "jira",
  repositoryId: "0123456789abcdef".repeat(4),
  suspend: false,
  check: { schedule: "H 3 * * *", parts: 7, suspend: true, deadline: 3600 },
  prune: { schedule: "H 4 * * 0", maxUnused: "10%", maxRepackSize: "1G", suspend: false, deadline: 3600 },
  selection: {
    additionalPaths: ["/data/c", "/scratch"],
    excludes: ["*.tmp"],
    excludeIfPresent: [".nobackup"],
    excludeCaches: true,
    excludeLargerThan: "2G",
    tags: ["jira"],
  },
  guards: {
    mounted: true,
    minFiles: 2,
    minBytes: 1000,
    maxAge: 0,
    settle: 10,
    marker: "done",
    settleWait: 20,
    maxShrink: 20,
    zip: true,
    acceptChanges: true,
  },
  steps: {
    before: [
      {
        name: "dump",
        image: "postgres:17",
        command: ["pg_dump", "jira"],
        env: { PGHOST: "database" },
        envSecretName: "database",
        timeLimit: 60,
        optional: false,
        writesSource: false,
      },
    ],
    after: [{ name: "tell", image: "busybox:1.37", command: ["true"] }],
    scratchSize: "1Gi",
  },
  placement: {
    workloadLabels: { app: "jira" },
    nodeSelector: { disk: "ssd" },
    tolerations: [{ key: "dedicated", operator: "Equal", value: "jira", effect: "NoSchedule" }],
  },
  image: "restic/restic:0.19.1",
  resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
  runAs: { user: 2001, group: 2001, fsGroup: 2001 },
  tuning: { connections: 5, packSize: 16, readConcurrency: 2, compression: "max", limitUpload: 1, limitDownload: 1 },
  deadlines: { backup: 3600, init: 300 },
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
          `${cronJob} backup-check`,
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

  const { certificate: caBundle } = certificate("authority");
  const children: [string, Record<string, unknown>, string[]][] = [
    ["keys", { s3: s3?.s3 }, [`${secret} backup-credentials`]],
    ["an existing Secret", { s3: { bucket: "abc", credentialsSecretName: "kept" } }, []],
    ["an identity", { gcs: { bucket: "abc", workloadIdentity: {} } }, [`${serviceAccount} backup`]],
    ["an existing service account", { gcs: { bucket: "abc", workloadIdentity: { serviceAccountName: "kept" } } }, []],
    ["no credentials", { rest: { url: "https://host/" } }, []],
    ["authorities", { rest: { url: "https://host/", tls: { caBundle } } }, [`${configMap} backup-authorities`]],
    [
      "existing objects for TLS",
      { rest: { url: "https://host/", tls: { caConfigMapName: "a", clientSecretName: "b" } } },
      [],
    ],
    [
      "ssh",
      { sftp: { host: "nas", user: "me", path: "a", credentialsSecretName: "kept" } },
      [`${configMap} backup-users`],
    ],
    ["rclone", { rclone: { remote: "a", path: "b", credentialsSecretName: "kept" } }, []],
    ["an existing claim", { local: { claimName: "kept" } }, []],
  ];
  for (const [what, repository, expected] of children) {
    it(`makes for ${what} ${expected.length === 0 ? "nothing more" : expected.join(" and ")}`, async () => {
      const always = new Set([
        `${deployment} backup-restore`,
        `${cronJob} backup`,
        `${cronJob} backup-check`,
        `${job} backup-init`,
        `${configMap} backup-scripts`,
        `${secret} backup-password`,
        `${randomPassword} backup-password`,
        `${component} backup`,
      ]);
      const found = (await registered(unchecked({ repository }))).map(({ type, name }) => `${type} ${name}`);
      assert.deepEqual(
        found.filter((one) => !always.has(one)),
        expected,
      );
      assert.equal(found.length, always.size + expected.length);
    });
  }

  it("gives space back only where snapshots are removed", async () => {
    const crons = async (given: Partial<ResticBackupArgs>) =>
      (await registered(args(given)))
        .filter(({ type }) => type === cronJob)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(await crons({}), ["backup", "backup-check"]);
    assert.deepEqual(await crons({ retention: { keepDaily: 7 } }), ["backup", "backup-check", "backup-prune"]);
    const url = "https://host/";
    assert.deepEqual(await crons({ repository: { rest: { url, appendOnly: true } } }), ["backup", "backup-check"]);
  });

  it("makes no claim, and no password, when existing ones are named", async () => {
    const found = await registered(
      args({ repository: { local: { claimName: "kept" } }, password: { secretName: "kept-password" } }),
    );
    assert.deepEqual(
      found.map(({ type }) => type).filter((type) => [claim, secret, randomPassword].includes(type)),
      [],
    );
    assert.match(JSON.stringify(only(found, cronJob, "backup").inputs), /"claimName":"kept"/);
    assert.match(JSON.stringify(only(found, cronJob, "backup").inputs), /"secretName":"kept-password"/);
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
    assert.equal(children.length, 7);
    for (const { type, provider } of children) {
      assert.match(provider, /::elsewhere::/, type);
    }
  });

  it("gives fixed names to what operators type, and lets Pulumi name the rest", async () => {
    const found = await registered(args({ repository: { local: {} }, namespace: "jira" }));
    const names = found
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, name, inputs }) => [`${type} ${name}`, (inputs.metadata as { name?: string }).name]);
    assert.deepEqual(Object.fromEntries(names), {
      [`${cronJob} backup`]: "backup",
      [`${cronJob} backup-check`]: "backup-check",
      [`${deployment} backup-restore`]: "backup-restore",
      [`${claim} backup-repository`]: "backup-repository",
      [`${job} backup-init`]: undefined,
      [`${secret} backup-password`]: undefined,
      [`${configMap} backup-scripts`]: undefined,
    });
  });

  it("backs up only after init, and keeps replicas, password and repository out of Pulumi's hands", async () => {
    const found = await registered(leastArgs);
    for (const { name, dependencies } of found.filter(({ type }) => type === cronJob)) {
      assert.ok(
        dependencies.some((urn) => urn.endsWith("::backup-init")),
        name,
      );
    }
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
      for (const [kind, given] of storages("the-marker")) {
        const repository = { [kind]: given };
        const found = await registered(unchecked({ repository, password: { value: "the-marker" } }), preview);
        for (const { type, name, wire } of found) {
          assert.doesNotMatch(JSON.stringify(withoutSecrets(wire)), /the-marker/, `${kind}: ${type} ${name}`);
        }
        const holders = found.filter(({ inputs }) => JSON.stringify(inputs).includes("the-marker"));
        assert.deepEqual(
          holders.map(({ type, name }) => `${type} ${name}`).sort(),
          [
            ...(kind === "local" ? [] : [`${secret} backup-credentials`]),
            `${secret} backup-password`,
            `${component} backup`,
          ].sort(),
          kind,
        );
      }
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

  it("keeps the name of the credentials' Secret, and makes a new one of new values", async () => {
    const { inputs, deleteBeforeReplace, replaceOnChanges } = only(
      await registered(args({ repository: s3 })),
      secret,
      "backup-credentials",
    );
    const { metadata, ...rest } = inputs as { metadata: { name: string } };
    assert.equal(metadata.name, "backup-credentials");
    assert.deepEqual(replaceOnChanges, ["stringData"]);
    assert.deepEqual(rest, {
      apiVersion: "v1",
      kind: "Secret",
      stringData: { AWS_ACCESS_KEY_ID: "the-id", AWS_SECRET_ACCESS_KEY: "the-key" },
    });
    assert.equal(deleteBeforeReplace, true);
  });

  it("lets new credentials run init again, and touch nothing else", async () => {
    const found = await registered(args({ repository: s3 }));
    const version = /"restic-backup\/credentials":"uid-of-backup-credentials"/;
    assert.match(JSON.stringify(only(found, job).inputs), version);
    for (const { name, inputs } of workloads(found).filter(({ type }) => type !== job)) {
      assert.doesNotMatch(JSON.stringify(inputs), /uid-of-/, name);
    }
  });

  it("puts all values into one Secret, and leaves those of an existing one alone", async () => {
    const { certificate: clientCertificate, key: clientKey } = certificate("client");
    const client = { clientCertificate, clientKey };
    const both = await registered(args({ repository: { s3: { ...s3?.s3, bucket: "abc", tls: client } } }));
    const data = (found: Registration[]) =>
      Object.keys(only(found, secret, "backup-credentials").inputs.stringData as Record<string, string>);
    assert.deepEqual(data(both), ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "tls.crt", "tls.key"]);
    const kept = { bucket: "abc", credentialsSecretName: "kept", tls: client };
    const mixed = await registered(args({ repository: { s3: kept } }));
    assert.deepEqual(data(mixed), ["tls.crt", "tls.key"]);
    const pod = JSON.stringify(only(mixed, cronJob, "backup").inputs);
    assert.match(pod, /"secretKeyRef":{"key":"AWS_ACCESS_KEY_ID","name":"kept"}/);
    assert.match(pod, /"secret":{"items":\[[^\]]*\],"name":"backup-credentials"/);
  });

  it("makes a ConfigMap of authorities, which all pods mount", async () => {
    const { certificate: caBundle } = certificate("authority");
    const found = await registered(args({ repository: { rest: { url: "https://host/", tls: { caBundle } } } }));
    const { metadata, ...rest } = only(found, configMap, "backup-authorities").inputs as {
      metadata: { name?: string };
    };
    assert.equal(metadata.name, undefined);
    assert.deepEqual(rest, { apiVersion: "v1", kind: "ConfigMap", immutable: true, data: { "ca.crt": caBundle } });
    for (const { name, inputs } of workloads(found)) {
      assert.match(JSON.stringify(inputs), /"name":"backup-authorities-1a2b3c4d"/, name);
    }
  });

  it("makes a service account without token, for the cloud to know by its name", async () => {
    const workloadIdentity = { roleArn: "arn:aws:iam::111122223333:role/backup" };
    const found = await registered(
      args({ repository: { s3: { bucket: "abc", workloadIdentity } }, namespace: "jira" }),
    );
    const { metadata, ...rest } = only(found, serviceAccount).inputs as { metadata: Record<string, unknown> };
    assert.deepEqual(rest, { apiVersion: "v1", kind: "ServiceAccount", automountServiceAccountToken: false });
    assert.equal(metadata.name, "backup");
    assert.equal(metadata.namespace, "jira");
    assert.deepEqual(metadata.annotations, { "eks.amazonaws.com/role-arn": workloadIdentity.roleArn });
    for (const { name, inputs } of workloads(found)) {
      assert.match(JSON.stringify(inputs), /"serviceAccountName":"backup"/, name);
    }
  });

  it("works with values of which none is known at preview", async () => {
    for (const [kind, given] of storages("the-marker")) {
      const known = {
        ...leastArgs,
        ...everything,
        repository: { [kind]: { ...given, ...(kind === "sftp" ? { port: 22 } : {}) } },
      };
      const names = (found: Registration[]) => found.map(({ type, name }) => `${type} ${name}`).sort();
      const later = await registrations(() => {
        new ResticBackup("backup", unknownAll(known) as ResticBackupArgs);
      }, true);
      assert.match(
        JSON.stringify(only(later, cronJob, "backup").wire),
        /"schedule":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"/,
      );
      assert.deepEqual(names(later), names(await registered(known as ResticBackupArgs, true)), kind);
      for (const { type, name, wire } of later) {
        assert.doesNotMatch(JSON.stringify(wire), /Calling \[toString\]|the-marker/, `${kind}: ${type} ${name}`);
      }
    }
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

/** Everything that has pods. */
function workloads(found: readonly Registration[]): Registration[] {
  const all = found.filter(({ type }) => [job, cronJob, deployment].includes(type));
  assert.ok(all.length >= 4);
  return all;
}

/** Every value that may be an Output, as one that is known at `up` only. */
function unknownAll(node: unknown, key = ""): unknown {
  if (Array.isArray(node)) {
    return node.map((child) => unknownAll(child));
  }
  if (typeof node === "object" && node !== null) {
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, unknownAll(child, name)]));
  }
  return key === "authVersion" ? node : pulumi.output(pulumi.unknown);
}

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
