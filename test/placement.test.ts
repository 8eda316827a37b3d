import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PlacementArgs } from "../components";
import { problemsOf } from "../components/inputs";
import type { Role } from "../components/naming";
import { placementProblems, placementSchema } from "../components/placement";
import { resolveSettings } from "../components/settings";
import { args, unchecked } from "./support/args";
import { resolved } from "./support/output";
import { pod, roles } from "./support/pod";

async function placed(role: Role, placement?: PlacementArgs) {
  const { affinity, nodeSelector, tolerations } = (await pod(role, args({ placement }))).spec;
  return { affinity, nodeSelector, tolerations };
}

const nowhere = { affinity: undefined, nodeSelector: undefined, tolerations: undefined };

describe("placement", () => {
  it("is left to the scheduler without being asked", async () => {
    for (const role of roles) {
      assert.deepEqual(await placed(role), nowhere, role);
    }
  });

  it("prefers the workload's node for pods that mount the source, so that a workload at 0 replicas is backed up", async () => {
    for (const app of ["jira", pulumi.output("jira")]) {
      for (const role of ["backup", "restore"] as const) {
        const { affinity, ...rest } = await placed(role, { workloadLabels: { app } });
        assert.deepEqual(affinity, {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: {
                  labelSelector: { matchLabels: { app: "jira" } },
                  topologyKey: "kubernetes.io/hostname",
                },
              },
            ],
          },
        });
        assert.deepEqual(rest, { nodeSelector: undefined, tolerations: undefined });
      }
    }
  });

  it("does not draw pods to the workload that need nothing of it", async () => {
    for (const role of ["init", "check", "prune"] as const) {
      assert.deepEqual(await placed(role, { workloadLabels: { app: "jira" } }), nowhere, role);
    }
  });

  it("gives node selector and tolerations to every pod", async () => {
    const nodeSelector = { disk: pulumi.output("ssd") };
    const tolerations = [
      { key: "dedicated", value: "jira", effect: "NoSchedule" },
      { operator: pulumi.output("Exists") },
    ];
    for (const role of roles) {
      assert.deepEqual(await placed(role, { nodeSelector, tolerations }), {
        affinity: undefined,
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "dedicated", value: "jira", effect: "NoSchedule" }, { operator: "Exists" }],
      });
    }
  });

  const label = 'must be the value of a label: at most 63 letters, digits, "-", "_" and "."';
  const name =
    'must be the name of a label: at most 63 letters, digits, "-", "_" and ".", after a domain and "/" or not';
  const refused: [Record<string, unknown>, string][] = [
    [{ workloadLabels: { app: "my jira" } }, `workloadLabels.app: ${label}`],
    [{ nodeSelector: { disk: "-" } }, `nodeSelector.disk: ${label}`],
    [{ tolerations: [{ effect: "NoSchedule" }, { value: "a b" }] }, `tolerations.1.value: ${label}`],
    [{ nodeSelector: { "node/type/of": "ssd" } }, `nodeSelector.node/type/of: ${name}`],
    [{ workloadLabels: { "": "jira" } }, `workloadLabels.: ${name}`],
    [{ tolerations: [{ operator: "In" }] }, "tolerations.0.operator: must be one of Equal, Exists"],
    [
      { tolerations: [{ effect: "Never" }] },
      "tolerations.0.effect: must be one of NoSchedule, PreferNoSchedule, NoExecute",
    ],
    [{ tolerations: [{ key: "" }] }, `tolerations.0.key: ${name}`],
    [
      { tolerations: { key: "a" } },
      "tolerations: must be a list, as in [{ key: dedicated, value: jira, effect: NoSchedule }]",
    ],
    [
      { tolerations: [{ keys: "a" }] },
      "tolerations.0.keys: unknown property: known here are key, operator, value, effect",
    ],
    [{ nodes: [] }, "nodes: unknown property: known here are workloadLabels, nodeSelector, tolerations"],
  ];
  for (const [given, problem] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      const { error } = placementSchema.safeParse(given);
      assert.ok(error);
      assert.deepEqual(
        problemsOf(error).map(({ property, reason }) => `${property}: ${reason}`),
        [problem],
      );
    });
  }

  it("refuses later what is known later", async () => {
    const settings = resolveSettings(
      "backup",
      unchecked({ placement: { nodeSelector: { disk: pulumi.output("-") } } }),
    );
    await assert.rejects(resolved(settings.placement), {
      message: `ResticBackup "backup": 1 problem\n  placement.nodeSelector.disk: "-": ${label}`,
    });
  });
});

describe("placementProblems", () => {
  const possible: (Record<string, unknown> | undefined)[] = [
    undefined,
    {},
    { workloadLabels: { "app.kubernetes.io/name": "jira" }, nodeSelector: {}, tolerations: [] },
    { tolerations: [{ key: "a" }, { key: "a", operator: "Equal", value: "b" }, { operator: "Exists" }] },
    { tolerations: [{ key: pulumi.output("a"), value: "b" }, { operator: pulumi.output("Exists") }] },
    { tolerations: "a", workloadLabels: "b" },
  ];
  it("finds none in what Kubernetes takes, and leaves the rest to the schema", () => {
    for (const given of possible) {
      assert.deepEqual(placementProblems(given), []);
    }
  });

  const refused: [Record<string, unknown>, string][] = [
    [
      { workloadLabels: {} },
      "placement.workloadLabels: undefined: names no label, which would mean every pod: name those of the workload, or leave it out",
    ],
    [
      { tolerations: [{ key: "a" }, { effect: "NoSchedule" }] },
      "placement.tolerations.1.key: undefined: is missing: name the taint, or set operator: Exists to tolerate every one",
    ],
    [
      { tolerations: [{ key: "a", operator: "Exists", value: "b" }] },
      "placement.tolerations.0.value: b: stands beside operator: Exists, which takes any value: remove one of them",
    ],
  ];
  for (const [given, problem] of refused) {
    it(`finds what is wrong in ${JSON.stringify(given)}`, () => {
      assert.deepEqual(
        placementProblems(given).map(({ property, value, reason }) => `${property}: ${value}: ${reason}`),
        [problem],
      );
    });
  }
});
