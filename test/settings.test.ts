import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ResticBackupArgs } from "../components";
import { problemsError } from "../components/problems";
import { resolveSettings, secretArgs, settingsProblems } from "../components/settings";
import { args, leastArgs, unchecked } from "./support/args";
import { resolved } from "./support/output";

function problems(given: ResticBackupArgs, name = "backup"): string[] {
  return settingsProblems(name, given).map(({ property, reason }) => `${property}: ${reason}`);
}

function message(given: Record<string, unknown>): string {
  return problemsError("backup", settingsProblems("backup", unchecked(given))).message;
}

describe("resolveSettings", () => {
  it("fills in every default", () => {
    assert.deepEqual(resolveSettings("backup", leastArgs), {
      namespace: "default",
      source: {
        claimName: "jira-home",
        mountPath: "/var/jira",
        path: "/var/jira/export",
        restorePath: "/var/jira/import",
      },
      repository: { local: { size: "10Gi" } },
      schedule: "10 23 * * *",
      timeZone: "Etc/UTC",
      image: "restic/restic:0.19.1",
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "1Gi" } },
      runAs: { user: 0 },
      suspend: false,
      check: { schedule: "H H(2-5) * * *", parts: 30, suspend: false, deadline: 21600 },
      prune: { schedule: "H H(2-5) * * 0", maxUnused: "5%", maxRepackSize: "10G", suspend: false, deadline: 21600 },
      selection: {},
      guards: {
        mounted: true,
        minFiles: 1,
        minBytes: 1,
        maxAge: 129600,
        settle: 60,
        settleWait: 600,
        maxShrink: 50,
        acceptChanges: false,
      },
      steps: { scratchSize: "10Gi" },
      placement: {},
      tuning: {},
      deadlines: { backup: 21600, init: 300 },
    });
  });

  it("takes numbers and truth values in quotes, as `pulumi config set` writes them", () => {
    const settings = resolveSettings(
      "backup",
      unchecked({
        repository: { s3: { bucket: "abc", pathStyle: "true", credentialsSecretName: "keys" } },
        retention: { keepDaily: "7" },
        deadlines: { backup: "3600" },
      }),
    );
    assert.equal(settings.repository.s3?.pathStyle, true);
    assert.equal(settings.retention?.keepDaily, 7);
    assert.equal(settings.deadlines.backup, 3600);
  });

  it("says everything that is wrong in one error without stack trace", () => {
    assert.throws(
      () => resolveSettings("backup", unchecked({ schedule: "0 25 * * *", timeZone: "Mars/Olympus", shedule: "x" })),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.deepEqual(error.message.split("\n"), [
          'ResticBackup "backup": 3 problems',
          '  schedule: "0 25 * * *": hour 25 is above 23',
          '  timeZone: "Mars/Olympus": no such time zone: use a name of the IANA database, such as Europe/Berlin or Etc/UTC',
          "  shedule: unknown property: known here are namespace, source, repository, password, schedule, suspend, timeZone, retention, check, prune, host, repositoryId, image, resources, runAs, selection, guards, steps, placement, tuning, deadlines",
        ]);
        return true;
      },
    );
  });

  it("never shows a wrong secret, wherever it stands", () => {
    for (const path of secretArgs) {
      for (const wrong of ["hunter2\n", ["hunter2"], { hunter2: "hunter2" }]) {
        const given = path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), wrong);
        const shown = message(given as Record<string, unknown>);
        assert.ok(shown.includes(`  ${path}: `), `${path}: ${shown}`);
        assert.equal(shown.includes("hunter2"), false, shown);
      }
    }
  });

  it("never repeats a file, in whose place a key may have been given", async () => {
    const tls = (property: string, value: unknown) => ({ rest: { url: "https://host/", tls: { [property]: value } } });
    const sftp = { host: "nas", user: "me", path: "a", credentialsSecretName: "kept", knownHosts: "hunter2" };
    for (const [repository, property] of [
      [tls("caBundle", "hunter2"), "rest.tls.caBundle"],
      [tls("clientCertificate", "hunter2"), "rest.tls.clientCertificate"],
      [{ sftp }, "sftp.knownHosts"],
    ] as const) {
      const shown = message({ repository });
      assert.ok(shown.includes(`  repository.${property}: h`), shown);
      assert.equal(shown.includes("hunter2"), false, shown);
    }
    const settings = resolveSettings("backup", unchecked({ repository: tls("caBundle", pulumi.output("hunter2")) }));
    await assert.rejects(resolved(settings.repository.rest?.tls?.caBundle), {
      message:
        'ResticBackup "backup": 1 problem\n  repository.rest.tls.caBundle: holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----',
    });
  });

  it("shows an address without its password, however it is written", () => {
    for (const [url, shown] of [
      ["https://me:hunter2@host/", "https://***@host/"],
      ["https://me:hun/ter2@host/", "https://***@host/"],
      ["https://me:hun@ter2@host/", "https://***@host/"],
      ["me:hunter2@host:8000", "***@host:8000"],
      ["rest:https://me:hunter2@host/", "***@host/"],
      ["ftp://host/", "ftp://host/"],
      ["host:8000", "host:8000"],
    ] as const) {
      assert.ok(message({ repository: { rest: { url } } }).includes(`  repository.rest.url: "${shown}": `), url);
    }
  });

  it("never shows a secret, nor anything that may be one", () => {
    const given = unchecked({
      password: "hunter2",
      repository: {
        s3: { bucket: "backups", secretKey: "hunter2", accessKeyId: " hunter2", secretAccessKey: "hunter2\n" },
        rest: { url: "https://me:hunter2@host/", username: "me", password: "" },
      },
    });
    assert.throws(
      () => resolveSettings("backup", given),
      ({ message }: Error) => {
        assert.match(message, /repository\.s3\.accessKeyId: must be one line/);
        assert.match(message, /repository\.s3\.secretKey: unknown property/);
        assert.match(message, /password: must be a group of properties/);
        assert.match(message, /"https:\/\/\*\*\*@host\/": holds a user or password/);
        assert.equal(message.includes("hunter2"), false);
        return true;
      },
    );
  });
});

describe("settingsProblems", () => {
  const refused: [string, Record<string, unknown>, string][] = [
    ["no source", { source: undefined }, "source: is missing: name the volume, as in { claimName: jira-home }"],
    ["no claim", { source: {} }, "source.claimName: is missing: name the PersistentVolumeClaim that is backed up"],
    [
      "no repository",
      { repository: undefined },
      "repository: is missing: say where the snapshots are stored, as in { local: { size: 10Gi } }",
    ],
    [
      "a bucket with a slash",
      { repository: { s3: { bucket: "a/b", credentialsSecretName: "c" } } },
      "repository.s3.bucket: has a slash, and a bucket's name has none: put the folder into prefix",
    ],
    [
      "a namespace in capitals",
      { namespace: "Jira" },
      'namespace: must be lower-case letters, digits and "-", begin and end with a letter or digit, and have at most 63 characters',
    ],
    [
      "a size without unit",
      { repository: { local: { size: "much" } } },
      "repository.local.size: is not a quantity of Kubernetes: write a number and a unit, such as 500m, 512Mi or 10Gi",
    ],
    [
      "a fraction of a snapshot",
      { retention: { keepDaily: 1.5 } },
      "retention.keepDaily: must be a whole number from 0 up",
    ],
    ["a negative number", { retention: { keepDaily: -1 } }, "retention.keepDaily: must be a whole number from 0 up"],
    ["a deadline of a second", { deadlines: { init: 1 } }, "deadlines.init: must be a whole number from 30 up"],
    [
      "a list for a group",
      { retention: [7] },
      "retention: must be a group of properties: give its rules, as in { keepDaily: 7 }",
    ],
    [
      "a misspelt rule",
      { retention: { keepDayly: 7, keepDaily: 7 } },
      "retention.keepDayly: unknown property: known here are keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin, keepWithinHourly, keepWithinDaily, keepWithinWeekly, keepWithinMonthly, keepWithinYearly, keepTags",
    ],
    [
      "a quantity of nothing",
      { resources: { limits: { memory: "0" } } },
      "resources.limits.memory: must be more than zero",
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems(unchecked(given)), [expected]);
    });
  }

  for (const name of ["Backup", "-backup", "a".repeat(50), "jira_backup", ""]) {
    it(`refuses the name "${name}"`, () => {
      assert.match(
        problems(leastArgs, name).join(),
        /^name: must be lower-case letters, digits and "-".*at most 49 characters$/,
      );
    });
  }

  it("accepts the longest name", () => {
    assert.deepEqual(problems(leastArgs, "a".repeat(49)), []);
  });

  it("leaves values that are not known yet to their time", () => {
    assert.deepEqual(problems(args({ source: { claimName: pulumi.output("Not A Name") } })), []);
  });
});

describe("a value that becomes known later", () => {
  function later<T>(output: pulumi.Input<T>): Promise<unknown> {
    return (output as unknown as { promise(): Promise<unknown> }).promise();
  }

  it("is passed on when it is good", async () => {
    const settings = resolveSettings("backup", args({ namespace: pulumi.output("jira") }));
    assert.equal(await later(settings.namespace), "jira");
  });

  for (const value of [pulumi.output("0 25 * * *"), Promise.resolve("0 25 * * *")]) {
    it(`fails with the same words when it is bad (${value instanceof Promise ? "Promise" : "Output"})`, async () => {
      const settings = resolveSettings("backup", args({ schedule: value }));
      await assert.rejects(later(settings.schedule), {
        message: 'ResticBackup "backup": 1 problem\n  schedule: "0 25 * * *": hour 25 is above 23',
      });
    });
  }

  it("is not shown when it is a bad secret", async () => {
    const settings = resolveSettings("backup", args({ password: { value: pulumi.output("hunter2\n") } }));
    await assert.rejects(later(settings.password?.value ?? ""), {
      message:
        'ResticBackup "backup": 1 problem\n  password.value: must be one line, not empty, without white space around it',
    });
  });

  it("stays a secret", async () => {
    const settings = resolveSettings("backup", args({ password: { value: "plain" } }));
    assert.equal(await pulumi.isSecret(settings.password?.value as pulumi.Output<string>), true);
  });
});
