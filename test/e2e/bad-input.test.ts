import assert from "node:assert/strict";
import { scheduleProblem } from "../../components/schedule";
import { timeZoneProblem } from "../../components/time-zone";
import { isAccepted } from "./support/cluster";
import { type Config, OperationError, Stack } from "./support/stack";

const good = { source: { claimName: "data" }, repository: { local: {} } };

/** Through the real engine: what an operator sees when `Pulumi.<stack>.yaml` is wrong. */
describe("e2e: bad input is refused at preview", function () {
  this.timeout(600_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.create("e2e-bad-input");
  });

  after(() => stack.remove());

  const refused: [string, Config, RegExp[]][] = [
    [
      "everything at once",
      {
        source: { claimName: "data" },
        repository: { local: {}, s3: { bucket: "a/b", credentialsSecretName: "keys" } },
        schedule: "0 25 * * *",
        timeZone: "Mars/Olympus",
        retention: { keepDaily: 0 },
        shedule: "0 1 * * *",
      },
      [
        /ResticBackup "backup": 6 problems/,
        /repository\.s3\.bucket: "a\/b": has a slash/,
        /schedule: "0 25 \* \* \*": hour 25 is above 23/,
        /timeZone: "Mars\/Olympus": no such time zone/,
        /shedule: unknown property: known here are namespace, source/,
        /repository: names local and s3, but snapshots go to one place/,
        /retention: keeps nothing/,
      ],
    ],
    ["an impossible date", { ...good, schedule: "0 0 31 2 *" }, [/"0 0 31 2 \*": no such date exists/]],
    ["a range over the end of the week", { ...good, schedule: "0 1 * * FRI-SUN" }, [/range "FRI-SUN" runs backwards/]],
    ["no repository", { source: good.source }, [/repository: is missing: say where the snapshots are stored/]],
    [
      "an empty repository",
      { ...good, repository: {} },
      [/repository: names no storage: set one of local, sftp, rest, s3, b2/],
    ],
    [
      "a credential in plain text",
      { ...good, repository: { rest: { url: "http://host/", username: "me", password: "hunter2" } } },
      [/repository\.rest\.password: stands in plain text in the stack's config: set it by/],
    ],
  ];
  for (const [what, config, expected] of refused) {
    it(`refuses ${what}`, async () => {
      await stack.configure(config);
      await assert.rejects(stack.preview(), (error) => {
        assert.ok(error instanceof OperationError);
        for (const pattern of expected) {
          assert.match(error.message, pattern);
        }
        assert.equal(error.message.includes("hunter2"), false);
        assert.equal(/\n\s+at /.test(error.message), false, "no stack trace");
        return true;
      });
    });
  }
});

/** The API server is the judge of what a schedule is; where we are stricter, the reason stands here. */
describe("e2e: the API server's own word on schedules and time zones", function () {
  this.timeout(600_000);

  function accepts(schedule: string, timeZone = "Etc/UTC"): Promise<boolean> {
    const pod = { restartPolicy: "Never", containers: [{ name: "judge", image: "judge" }] };
    return isAccepted({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "judge", namespace: "default" },
      spec: { schedule, timeZone, jobTemplate: { spec: { template: { spec: pod } } } },
    });
  }

  const schedules = [
    ...["10 23 * * *", "5/15 * * * *", "? 1 ? * ?", "0 0-6/2 1,15 JAN-mar mon-fri", "@daily", "@hourly", "0 0 29 2 *"],
    ...[
      "0 25 * * *",
      "60 * * * *",
      "0 0 * * 7",
      "0 0 * * FRI-SUN",
      "*/0 * * * *",
      "0 0 L * *",
      "@reboot",
      "0 10 23 * * *",
    ],
    ...["CRON_TZ=Europe/Berlin 0 0 * * *", "1-5-9 * * * *", "0 0 * foo *", "0 0 0 * *"],
  ];
  for (const schedule of schedules) {
    it(`agrees about "${schedule}"`, async () => {
      assert.equal(scheduleProblem(schedule) === undefined, await accepts(schedule));
    });
  }

  const stricter = {
    "0 0 31 2 *": "would never run",
    "1, * * * *": "an empty item is a typing error",
    "@every 1h": "counts from the start of the control plane",
  };
  for (const [schedule, why] of Object.entries(stricter)) {
    it(`is less strict about "${schedule}", which ${why}`, async () => {
      assert.equal(await accepts(schedule), true);
      assert.notEqual(scheduleProblem(schedule), undefined);
    });
  }

  for (const zone of ["Etc/UTC", "Europe/Berlin", "Asia/Calcutta", "Mars/Olympus", "Local", "+01:00", "../UTC"]) {
    it(`agrees about the time zone ${zone}`, async () => {
      assert.equal(timeZoneProblem(zone) === undefined, await accepts("0 0 * * *", zone));
    });
  }
});
