import assert from "node:assert/strict";
import type { ResticBackupArgs } from "../components";
import type { Role } from "../components/naming";
import { podTemplate } from "../components/pod-template";
import { resolveSettings } from "../components/settings";
import { args, leastArgs, unchecked } from "./support/args";
import { resolved } from "./support/output";
import { podRefs } from "./support/pod-refs";
import { storages } from "./support/storages";

interface Container {
  image: string;
  env: { name: string; value?: string; valueFrom?: unknown }[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
  securityContext: Record<string, unknown> & { capabilities: { add: string[] } };
  command: string[];
}

interface Pod {
  metadata: { labels: Record<string, string> };
  spec: {
    serviceAccountName?: string;
    initContainers?: Container[];
    containers: Container[];
    volumes: Record<string, unknown>[];
    securityContext: Record<string, unknown>;
    hostname?: string;
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    restartPolicy: string;
  };
}

async function pod(role: Role, given: ResticBackupArgs = leastArgs) {
  const settings = resolveSettings("backup", given);
  const template = podTemplate(settings, podRefs(settings), role);
  const { metadata, spec } = await resolved<Pod>(template);
  const [container] = spec.containers;
  assert.ok(container && spec.containers.length === 1);
  return {
    metadata,
    spec,
    container,
    mount: (name: string) => container.volumeMounts.find((mount) => mount.name === name),
  };
}

const rest = args({ repository: { rest: { url: "http://host/" } } });

describe("podTemplate", () => {
  for (const role of ["init", "backup", "restore"] as const) {
    it(`takes every right from ${role} that it does not need`, async () => {
      const { spec, container } = await pod(role);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" });
      const { capabilities, ...rights } = container.securityContext;
      assert.deepEqual(rights, { allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true });
      assert.deepEqual((capabilities as { drop?: string[] }).drop, ["ALL"]);
    });

    it(`leaves the hostname of ${role} to Kubernetes, so that restic never takes a live lock for its own`, async () => {
      assert.equal((await pod(role)).spec.hostname, undefined);
    });

    it(`gives ${role} the time to release its lock`, async () => {
      assert.equal((await pod(role)).spec.terminationGracePeriodSeconds, 120);
    });

    it(`gives ${role} scratch space within limits`, async () => {
      const { spec } = await pod(role);
      const scratch = spec.volumes.filter((volume) => "emptyDir" in volume);
      assert.deepEqual(
        scratch.map(({ name, emptyDir }) => [name, emptyDir]),
        [
          ["tmp", { sizeLimit: "2048Mi" }],
          ["cache", { sizeLimit: "10Gi" }],
        ],
      );
    });
  }

  it("runs one script for each role", async () => {
    const commands = await Promise.all((["init", "backup", "restore"] as const).map((role) => pod(role)));
    assert.deepEqual(
      commands.map(({ container, spec }) => [container.command, spec.restartPolicy]),
      [
        [["/usr/local/bin/init.sh"], "Never"],
        [["/usr/local/bin/backup.sh"], "Never"],
        [["/usr/local/bin/standby.sh"], "Always"],
      ],
    );
  });

  it("mounts the source read-only to back it up, writable to restore, and not at all to initialise", async () => {
    assert.equal((await pod("backup")).mount("source")?.readOnly, true);
    assert.equal((await pod("restore")).mount("source")?.readOnly, false);
    assert.equal((await pod("init")).mount("source"), undefined);
  });

  it("mounts the part of the volume that is asked for, where it is asked for", async () => {
    const source = { claimName: "c", mountPath: "/data", subPath: "app", path: "/data", restorePath: "/data/restored" };
    const { mount } = await pod("backup", args({ source }));
    assert.deepEqual(mount("source"), { name: "source", mountPath: "/data", subPath: "app", readOnly: true });
  });

  it("gives root the capabilities that reading and restoring other people's files needs, and no more", async () => {
    const capabilities = async (role: Role, given: ResticBackupArgs) =>
      (await pod(role, given)).container.securityContext.capabilities.add;
    assert.deepEqual(await capabilities("init", rest), []);
    assert.deepEqual(await capabilities("backup", rest), ["DAC_READ_SEARCH"]);
    assert.deepEqual(await capabilities("restore", rest), ["CHOWN", "FOWNER", "DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("init", leastArgs), ["DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("backup", leastArgs), ["DAC_OVERRIDE"]);
  });

  it("gives another user no capability, and a password file that it can read", async () => {
    const { spec, container } = await pod("restore", args({ runAs: { user: 2001, fsGroup: 2001 } }));
    assert.deepEqual(container.securityContext.capabilities.add, []);
    assert.equal(spec.securityContext.runAsUser, 2001);
    assert.equal(spec.securityContext.runAsGroup, 2001);
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.equal(spec.securityContext.fsGroup, 2001);
    const password = spec.volumes.find(({ name }) => name === "password") as { secret: { defaultMode: number } };
    assert.equal(password.secret.defaultMode, 0o444);
  });

  it("gives root a password file that only root can read", async () => {
    const { spec, mount } = await pod("backup");
    const password = spec.volumes.find(({ name }) => name === "password") as { secret: Record<string, unknown> };
    assert.deepEqual(password.secret, {
      secretName: "the-password",
      items: [{ key: "password", path: "password" }],
      defaultMode: 0o400,
    });
    assert.equal(mount("password")?.mountPath, "/etc/restic");
  });

  it("tells backup and restore what to do, and init nothing that would make it run again", async () => {
    const given = args({ retention: { keepDaily: 7 }, timeZone: "Europe/Berlin", tuning: { packSize: 64 } });
    const names = async (role: Role) => (await pod(role, given)).container.env.map(({ name }) => name);
    const common = [
      "RESTIC_REPOSITORY",
      "RESTIC_PASSWORD_FILE",
      "RESTIC_CACHE_DIR",
      "RESTIC_OPTIONS",
      "RESTIC_PROGRESS_FPS",
      "TMPDIR",
      "HOME",
      "BACKUP_REPOSITORY_MOUNT",
    ];
    const data = ["BACKUP_HOST", "BACKUP_PATH", "BACKUP_RETENTION", "RESTORE_PATH", "TZ", "RESTIC_PACK_SIZE"];
    assert.deepEqual(await names("init"), common);
    assert.deepEqual(await names("backup"), [...common, ...data]);
    assert.deepEqual(await names("restore"), await names("backup"));
  });

  it("takes credentials from their Secrets, and says which may be missing", async () => {
    const secretKeyRefs = async (repository: Record<string, unknown>) =>
      (await pod("init", unchecked({ repository }))).container.env.filter(({ valueFrom }) => valueFrom !== undefined);
    const user = { bucket: "backups", accessKeyId: "id", secretAccessKey: "key" };
    const ref = (name: string, key: string, rest = {}) => ({
      name: key,
      valueFrom: { secretKeyRef: { name, key, ...rest } },
    });
    assert.deepEqual(await secretKeyRefs({ s3: user }), [
      ref("the-credentials", "AWS_ACCESS_KEY_ID"),
      ref("the-credentials", "AWS_SECRET_ACCESS_KEY"),
    ]);
    const container = { accountName: "jira", container: "backups", credentialsSecretName: "kept" };
    assert.deepEqual(await secretKeyRefs({ azure: container }), [
      ref("kept", "AZURE_ACCOUNT_KEY", { optional: true }),
      ref("kept", "AZURE_ACCOUNT_SAS", { optional: true }),
    ]);
  });

  it("names the folders of secret files only where there are some", async () => {
    const folders = async (repository: Record<string, unknown>) =>
      (await pod("backup", unchecked({ repository }))).container.env
        .filter(({ name }) => /^BACKUP_(SECRET_FILES|PRIVATE_FOLDER)$/.test(name))
        .map(({ value }) => value);
    const both = ["/etc/restic/secrets", "/run/restic"];
    for (const [kind, given] of storages("the-marker")) {
      assert.deepEqual(await folders({ [kind]: given }), kind === "local" ? [] : both, kind);
    }
    assert.deepEqual(await folders({ s3: { bucket: "abc", credentialsSecretName: "kept" } }), []);
    assert.deepEqual(await folders({ rclone: { remote: "a", path: "b", credentialsSecretName: "kept" } }), both);
  });

  it("hands options over as lines, to init only those without which nothing is reached", async () => {
    const given = args({
      repository: {
        s3: { bucket: "abc", credentialsSecretName: "kept", pathStyle: true, tls: { caConfigMapName: "ca" } },
      },
      tuning: { connections: 10, limitUpload: 512 },
    });
    const options = async (role: Role) =>
      (await pod(role, given)).container.env.find(({ name }) => name === "RESTIC_OPTIONS")?.value;
    assert.equal(await options("init"), "--option=s3.bucket-lookup=path");
    assert.equal(
      await options("backup"),
      "--option=s3.bucket-lookup=path\n--option=s3.connections=10\n--limit-upload=512",
    );
    assert.equal(await options("restore"), await options("backup"));
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
    for (const role of ["init", "backup", "restore"] as const) {
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
