import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ResticBackupArgs } from "../components";
import type { Role } from "../components/naming";
import { podTemplate } from "../components/pod-template";
import { connectionOf } from "../components/repository";
import { resolveSettings } from "../components/settings";
import { args, leastArgs } from "./support/args";

interface Pod {
  spec: {
    containers: {
      env: { name: string; value?: string; valueFrom?: unknown }[];
      volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
      securityContext: Record<string, unknown> & { capabilities: { add: string[] } };
      command: string[];
    }[];
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
  const connection = connectionOf(settings.repository);
  const template = podTemplate(
    settings,
    {
      name: "backup",
      host: "default-backup",
      connection,
      scripts: "the-scripts",
      password: { secretName: "the-password", key: "password" },
      credentials: [{ secretName: "the-credentials", env: [{ key: "AWS_ACCESS_KEY_ID", optional: false }], files: [] }],
      repositoryClaim: connection.claim ? "the-repository" : undefined,
    },
    role,
  );
  const { spec } = await new Promise<Pod>((resolve) => {
    pulumi.output(template).apply((known) => resolve(known as unknown as Pod));
  });
  const [container] = spec.containers;
  assert.ok(container && spec.containers.length === 1);
  return { spec, container, mount: (name: string) => container.volumeMounts.find((mount) => mount.name === name) };
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
    const given = args({ retention: { keepDaily: 7 }, timeZone: "Europe/Berlin" });
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
    const data = ["BACKUP_HOST", "BACKUP_PATH", "BACKUP_RETENTION", "RESTORE_PATH", "TZ"];
    assert.deepEqual(await names("init"), [...common, "AWS_ACCESS_KEY_ID"]);
    assert.deepEqual(await names("backup"), [...common, ...data, "AWS_ACCESS_KEY_ID"]);
    assert.deepEqual(await names("restore"), await names("backup"));
  });

  it("takes credentials from the Secret", async () => {
    const { container } = await pod("init");
    assert.deepEqual(container.env.at(-1), {
      name: "AWS_ACCESS_KEY_ID",
      valueFrom: { secretKeyRef: { name: "the-credentials", key: "AWS_ACCESS_KEY_ID" } },
    });
  });
});
