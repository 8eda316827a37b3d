import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ResticBackupArgs } from "../components";
import { backupCronJob } from "../components/backup-cron-job";
import { maintenanceCronJob } from "../components/maintenance-cron-job";
import { scheduleProblem } from "../components/schedule";
import { resolveSettings } from "../components/settings";
import { args } from "./support/args";
import { resolved } from "./support/output";
import { podRefs } from "./support/pod-refs";

interface CronJob {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: {
    schedule: string;
    suspend: boolean;
    jobTemplate: {
      spec: { template: { spec: { containers: { command: string[]; volumeMounts: { name: string }[] }[] } } };
    };
  };
}

type Role = "check" | "prune";

function cronJob(role: Role | "backup", given: Partial<ResticBackupArgs> = {}, name = "backup"): Promise<CronJob> {
  const settings = resolveSettings(name, args({ retention: { keepDaily: 7 }, ...given }));
  const refs = { ...podRefs(settings), name };
  return resolved(role === "backup" ? backupCronJob(settings, refs) : maintenanceCronJob(settings, refs, role));
}

const roles = ["check", "prune"] as const;

describe("maintenanceCronJob", () => {
  for (const role of roles) {
    it(`runs ${role}.sh with the limits and the retry rules that the documentation promises`, async () => {
      const own = { schedule: "5 4 * * *", deadline: 3600 };
      const { metadata, spec } = await cronJob(role, { namespace: "jira", timeZone: "Europe/Berlin", [role]: own });
      assert.equal(metadata.name, `backup-${role}`);
      assert.equal(metadata.namespace, "jira");
      assert.equal(metadata.labels["app.kubernetes.io/component"], role);
      const { jobTemplate, ...rest } = spec;
      assert.deepEqual(rest, {
        schedule: "5 4 * * *",
        timeZone: "Europe/Berlin",
        suspend: false,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
      });
      const { template, ...job } = jobTemplate.spec;
      assert.deepEqual(job, {
        backoffLimit: 3,
        activeDeadlineSeconds: 3600,
        podFailurePolicy: {
          rules: [
            { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            {
              action: "FailJob",
              onExitCodes: { containerName: "restic", operator: "In", values: [3, 10, 12, 64, 65, 66, 67] },
            },
          ],
        },
      });
      assert.deepEqual(template.spec.containers[0]?.command, [`/usr/local/bin/${role}.sh`]);
    });

    it(`keeps the source from ${role}, which works on the repository alone`, async () => {
      const { spec } = await cronJob(role);
      const [container] = spec.jobTemplate.spec.template.spec.containers;
      const mounts = container?.volumeMounts.map(({ name }) => name);
      assert.deepEqual(mounts, ["scripts", "password", "tmp", "cache", "repository"]);
    });
  }

  it("starts at a time of its own for each instance, and for each role", async () => {
    const schedule = "H H * * *";
    const given = { schedule, check: { schedule }, prune: { schedule } };
    const chosen = await Promise.all(
      ["jira", "wiki", "code"].flatMap((namespace) =>
        ["backup", "other"].flatMap((name) =>
          (["backup", ...roles] as const).map(
            async (role) => (await cronJob(role, { ...given, namespace }, name)).spec.schedule,
          ),
        ),
      ),
    );
    assert.equal(new Set(chosen).size, chosen.length, chosen.join());
    for (const one of chosen) {
      assert.match(one, /^\d+ \d+ \* \* \*$/);
    }
  });

  it("starts at the same time after each up, also in a namespace that is known late", async () => {
    const first = (await cronJob("check", { namespace: "jira" })).spec.schedule;
    assert.equal((await cronJob("check", { namespace: pulumi.output("jira") })).spec.schedule, first);
    assert.match(first, /^\d+ [2-5] \* \* \*$/);
    assert.match((await cronJob("prune")).spec.schedule, /^\d+ [2-5] \* \* 0$/);
    assert.equal(scheduleProblem(first), undefined);
  });

  const suspended: [Partial<ResticBackupArgs>, boolean[]][] = [
    [{}, [false, false, false]],
    [{ check: { suspend: true } }, [false, true, false]],
    [{ prune: { suspend: pulumi.output(true) } }, [false, false, true]],
    [{ suspend: true }, [true, true, true]],
    [{ suspend: pulumi.output(true), check: { suspend: false } }, [true, true, true]],
    [{ suspend: false, check: { suspend: true }, prune: { suspend: true } }, [false, true, true]],
  ];
  it("suspends one, or all", async () => {
    for (const [given, expected] of suspended) {
      const jobs = await Promise.all((["backup", ...roles] as const).map((role) => cronJob(role, given)));
      assert.deepEqual(
        jobs.map(({ spec }) => spec.suspend),
        expected,
      );
    }
  });
});
