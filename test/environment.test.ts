import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ResticBackupArgs } from "../components";
import { containerScripts } from "../components/container-scripts";
import type { Role } from "../components/naming";
import { args, unchecked } from "./support/args";
import { pod, roles } from "./support/pod";
import { root } from "./support/readme";
import { storages } from "./support/storages";

describe("environment", () => {
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
    const data = [
      ...["BACKUP_HOST", "BACKUP_PATH", "TZ", "BACKUP_RETENTION", "RESTORE_PATH"],
      ...["BACKUP_SOURCE_MOUNT", "BACKUP_MIN_FILES", "BACKUP_MIN_BYTES", "BACKUP_MAX_AGE", "BACKUP_SETTLE"],
      ...["BACKUP_SETTLE_WAIT", "BACKUP_MAX_SHRINK", "BACKUP_CHECK_ZIP", "BACKUP_ACCEPT_CHANGES"],
    ];
    const maintenance = ["BACKUP_CHECK_PARTS", "BACKUP_PRUNE_MAX_UNUSED", "BACKUP_PRUNE_MAX_REPACK"];
    assert.deepEqual(await names("init"), common);
    assert.deepEqual(await names("backup"), [...common, ...data, "RESTIC_PACK_SIZE", "BACKUP_JOB"]);
    assert.deepEqual(await names("restore"), [...common, ...data, ...maintenance, "RESTIC_PACK_SIZE", "BACKUP_JOB"]);
  });

  it("gives the restore shell all that any other pod has, because every script is run there by hand", async () => {
    for (const [kind, given] of storages("the-marker")) {
      const complete = unchecked({ ...everything, repository: { [kind]: given } });
      const shell = (await pod("restore", complete)).container.env;
      for (const role of roles) {
        const own = (await pod(role, complete)).container.env.filter(({ name }) => name !== "RESTIC_OPTIONS");
        for (const variable of own) {
          assert.deepEqual(
            shell.filter(({ name }) => name === variable.name),
            [variable],
            `${kind}, ${role}`,
          );
        }
      }
    }
  });

  it("tells a backup of which Job it is a try, which must be another one for each run", async () => {
    const { container } = await pod("backup", args({}));
    assert.deepEqual(container.env.find(({ name }) => name === "BACKUP_JOB")?.valueFrom, {
      fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" },
    });
  });

  it("tells a backup where restores go, which it leaves out", async () => {
    const source = { claimName: "c", mountPath: "/data", path: "/data", restorePath: "/data/restored" };
    const { container } = await pod("backup", args({ source }));
    assert.equal(container.env.find(({ name }) => name === "RESTORE_PATH")?.value, "/data/restored");
  });

  it("leaves to the scripts what they alone decide", async () => {
    for (const role of roles) {
      const names = (await pod(role, unchecked(everything))).container.env.map(({ name }) => name);
      assert.deepEqual(
        names.filter((name) => /^BACKUP_(LOCK_WAIT|PROBE_TIMEOUT|CONFIRM_WAIT|REPORT_FILE)$/.test(name)),
        [],
        role,
      );
    }
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

  it("tells check and prune what they need, and nothing of the source", async () => {
    const given = args({ retention: { keepDaily: 7 }, selection: { tags: ["jira"] } });
    const names = async (role: Role) => (await pod(role, given)).container.env.map(({ name }) => name);
    const init = await names("init");
    const rest = async (role: Role) => (await names(role)).filter((name) => !init.includes(name));
    assert.deepEqual(await rest("check"), ["BACKUP_HOST", "BACKUP_PATH", "TZ", "BACKUP_CHECK_PARTS"]);
    assert.deepEqual(await rest("prune"), [
      "BACKUP_HOST",
      "BACKUP_PATH",
      "TZ",
      "BACKUP_PRUNE_MAX_UNUSED",
      "BACKUP_PRUNE_MAX_REPACK",
    ]);
  });
});

/** Everything that has a variable of its own. */
const everything: Partial<ResticBackupArgs> = {
  retention: { keepDaily: 7, keepTags: ["kept"] },
  repositoryId: "0123456789abcdef".repeat(4),
  selection: {
    additionalPaths: ["/var/jira/data", "/scratch"],
    excludes: ["*.tmp"],
    excludeIfPresent: [".nobackup"],
    excludeCaches: true,
    excludeLargerThan: "8388607T",
    tags: ["jira"],
  },
  guards: {
    minFiles: 999_999_999_999_999,
    minBytes: 999_999_999_999_999,
    maxAge: 999_999_999_999_999,
    settle: 999_999_999_999_999,
    settleWait: 999_999_999_999_999,
    maxShrink: 99,
    marker: "a/done",
    zip: true,
    acceptChanges: true,
  },
  steps: { before: [{ name: "dump", image: "postgres:17", command: ["pg_dump"] }] },
};

const scripts = join(root, "scripts");

describe("the variables of pods", () => {
  it("are all read by a script", async () => {
    const text = Object.values(containerScripts());
    const names = new Set<string>();
    for (const [kind, given] of storages("the-marker")) {
      for (const role of roles) {
        const { container } = await pod(role, unchecked({ ...everything, repository: { [kind]: given } }));
        for (const { name } of container.env) {
          names.add(name);
        }
      }
    }
    const own = [...names].filter((name) => name.startsWith("BACKUP_"));
    assert.ok(own.length >= 24, own.join());
    assert.deepEqual(
      own.filter((name) => !text.some((script) => script.includes(`$${name}`) || script.includes(`\${${name}`))),
      [],
    );
  });

  const accepted: [Role, Partial<ResticBackupArgs>][] = [
    ["init", everything],
    ["backup", everything],
    ["restore", everything],
    ["backup", {}],
    ["backup", { guards: { mounted: false, settle: 0, settleWait: 0, maxShrink: 0 } }],
    ...[true, false].map((on): [Role, Partial<ResticBackupArgs>] => [
      "backup",
      { guards: { zip: on, acceptChanges: on } },
    ]),
    ["backup", { selection: { excludeCaches: false, excludeLargerThan: "1" } }],
    ...["0%", "9%", "99%", "1", "8388607T", "unlimited"].map((maxUnused): [Role, Partial<ResticBackupArgs>] => [
      "prune",
      { retention: { keepDaily: 7 }, prune: { maxUnused, maxRepackSize: "99999999999K" } },
    ]),
    ["check", { check: { parts: 1 } }],
    ["check", { check: { parts: 256 } }],
  ];
  for (const [role, given] of accepted) {
    const what = given === everything ? "all that there is" : JSON.stringify(given);
    it(`are what ${role}.sh takes, with ${what}`, async () => {
      assert.deepEqual(refusedByScript(role, await variables(role, args(given))), []);
    });
  }

  for (const role of roles) {
    it(`are what ${role}.sh takes in the restore shell`, async () => {
      assert.deepEqual(refusedByScript(role, await variables("restore", args({}))), []);
      assert.deepEqual(refusedByScript(role, await variables("restore", args(everything))), []);
    });
  }

  /** What would lose data, mislead, or be decided twice; the component refuses all else alone. */
  const refused: [Role, Record<string, string>][] = [
    ["backup", { BACKUP_TAGS: "partial" }],
    ["backup", { BACKUP_TAGS: "repaired" }],
    ["backup", { BACKUP_TAGS: "of:1234" }],
    ["backup", { BACKUP_PATHS: "/var/jira/export" }],
    ["backup", { BACKUP_PATHS: "/restic-backup-damaged" }],
    ["backup", { BACKUP_RETENTION: "--keep-tag=kept" }],
    ["backup", { BACKUP_CHECK_ZIP: "maybe" }],
    ["backup", { BACKUP_ACCEPT_CHANGES: "maybe" }],
  ];
  for (const [role, wrong] of refused) {
    it(`are refused by ${role}.sh where the component would refuse them too: ${JSON.stringify(wrong)}`, async () => {
      assert.deepEqual(refusedByScript(role, { ...(await variables(role, args({}))), ...wrong }), Object.keys(wrong));
    });
  }
});

async function variables(role: Role, given: ResticBackupArgs): Promise<Record<string, string | undefined>> {
  return Object.fromEntries((await pod(role, given)).container.env.map(({ name, value }) => [name, value]));
}

/** Which variables of ours a script refuses. It always ends there, because it is given no password. */
function refusedByScript(role: Role, env: Record<string, string | undefined>): string[] {
  const { stdout, status } = spawnSync("sh", [join(scripts, `${role}.sh`)], {
    env: { ...env, PATH: process.env.PATH, RESTIC_PASSWORD_FILE: "" },
    encoding: "utf8",
  });
  assert.equal(status, 64, stdout);
  assert.match(stdout, /RESTIC_PASSWORD_FILE: not set/);
  return [...new Set([...stdout.matchAll(/(BACKUP_\w+): /g)].map(([, name = ""]) => name))];
}
