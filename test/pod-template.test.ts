import assert from "node:assert/strict";
import { args, unchecked } from "./support/args";
import { pod, roles } from "./support/pod";
import { storages } from "./support/storages";

const rest = args({ repository: { rest: { url: "http://host/" } } });

describe("podTemplate", () => {
  for (const role of roles) {
    it(`leaves the hostname of ${role} to Kubernetes, so that restic never takes a live lock for its own`, async () => {
      assert.equal((await pod(role)).spec.hostname, undefined);
    });

    it(`gives ${role} the time to release its lock`, async () => {
      assert.equal((await pod(role)).spec.terminationGracePeriodSeconds, 120);
    });
  }

  it("runs one script for each role", async () => {
    const commands = await Promise.all(roles.map((role) => pod(role)));
    assert.deepEqual(
      commands.map(({ container, spec }) => [container.command, spec.restartPolicy]),
      [
        [["/usr/local/bin/init.sh"], "Never"],
        [["/usr/local/bin/backup.sh"], "Never"],
        [["/usr/local/bin/restore-shell.sh"], "Always"],
        [["/usr/local/bin/check.sh"], "Never"],
        [["/usr/local/bin/prune.sh"], "Never"],
      ],
    );
  });

  it("keeps everything from init that would make it run again, for every storage", async () => {
    const more = {
      tuning: {
        packSize: 64,
        compression: "max",
        readConcurrency: 4,
        connections: 9,
        limitUpload: 1,
        limitDownload: 1,
      },
      schedule: "@daily",
      retention: { keepLast: 3 },
      selection: { excludes: ["*.tmp"], tags: ["jira"] },
      guards: { minFiles: 7 },
      steps: { before: [{ name: "dump", image: "postgres:17", command: ["pg_dump"] }] },
      placement: { workloadLabels: { app: "jira" } },
      check: { parts: 7 },
      prune: { maxUnused: "1%" },
      timeZone: "Europe/Berlin",
      host: "jira",
      source: { claimName: "other", mountPath: "/data", path: "/data/a", restorePath: "/data/b" },
      deadlines: { backup: 60 },
    };
    for (const [kind, given] of storages("the-marker")) {
      const repository = { [kind]: given };
      const plain = await pod("init", unchecked({ repository }));
      assert.deepEqual((await pod("init", unchecked({ repository, ...more }))).spec, plain.spec, kind);
    }
  });

  it("brings rclone by an init container with the rights of the container itself", async () => {
    const rclone = { remote: "nextcloud", path: "backups", credentialsSecretName: "kept" };
    for (const role of roles) {
      const { spec, container } = await pod(
        role,
        args({ repository: { rclone }, resources: { limits: { memory: "2Gi" } } }),
      );
      const [program, ...others] = spec.initContainers ?? [];
      assert.deepEqual(others, []);
      assert.deepEqual(program, {
        name: "program",
        image: "rclone/rclone:1.76.0",
        command: ["cp", "/usr/local/bin/rclone", "/opt/rclone/rclone"],
        volumeMounts: [{ name: "program", mountPath: "/opt/rclone" }],
        resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "2Gi" } },
        securityContext: container.securityContext,
      });
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    }
    assert.equal((await pod("backup", rest)).spec.initContainers, undefined);
  });

  it("runs as the service account to which the cloud grants rights, with the cloud's labels", async () => {
    const id = "01234567-89ab-cdef-0123-456789abcdef";
    const identified = (workloadIdentity: Record<string, string>) =>
      args({ repository: { azure: { accountName: "jira", container: "backups", workloadIdentity } } });
    const { metadata, spec } = await pod("backup", identified({ clientId: id }));
    assert.equal(spec.serviceAccountName, "backup");
    assert.equal(spec.automountServiceAccountToken, false);
    assert.equal(metadata.labels["azure.workload.identity/use"], "true");
    assert.equal((await pod("restore", identified({ serviceAccountName: "kept" }))).spec.serviceAccountName, "kept");
    const plain = await pod("backup", rest);
    assert.equal(plain.spec.serviceAccountName, undefined);
    assert.equal(plain.metadata.labels["azure.workload.identity/use"], undefined);
  });
});
