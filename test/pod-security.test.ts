import assert from "node:assert/strict";
import type { ResticBackupArgs } from "../components";
import type { Role } from "../components/naming";
import { args, leastArgs } from "./support/args";
import { pod, roles } from "./support/pod";

const rest = args({ repository: { rest: { url: "http://host/" } } });

describe("the rights of pods", () => {
  for (const role of roles) {
    it(`takes every right from ${role} that it does not need`, async () => {
      const { spec, container } = await pod(role);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" });
      const { capabilities, ...rights } = container.securityContext;
      assert.deepEqual(rights, { allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true });
      assert.deepEqual((capabilities as { drop?: string[] }).drop, ["ALL"]);
    });
  }

  it("gives root the capabilities that reading and restoring other people's files needs, and no more", async () => {
    const capabilities = async (role: Role, given: ResticBackupArgs) =>
      (await pod(role, given)).container.securityContext.capabilities.add;
    assert.deepEqual(await capabilities("init", rest), []);
    assert.deepEqual(await capabilities("check", rest), []);
    assert.deepEqual(await capabilities("prune", rest), []);
    assert.deepEqual(await capabilities("backup", rest), ["DAC_READ_SEARCH"]);
    assert.deepEqual(await capabilities("restore", rest), ["CHOWN", "FOWNER", "FSETID", "DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("init", leastArgs), ["DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("backup", leastArgs), ["DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("check", leastArgs), ["DAC_OVERRIDE"]);
    assert.deepEqual(await capabilities("prune", leastArgs), ["DAC_OVERRIDE"]);
  });

  it("gives root no capability that Pod Security's baseline refuses, but the one that reads a source", async () => {
    // https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
    const baseline = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"];
    for (const role of roles) {
      for (const given of [rest, leastArgs]) {
        const { add } = (await pod(role, given)).container.securityContext.capabilities;
        const refused = add.filter((capability) => !baseline.includes(capability));
        assert.deepEqual(refused, role === "backup" && given === rest ? ["DAC_READ_SEARCH"] : [], role);
      }
    }
  });

  it("gives another user no capability", async () => {
    const { spec, container } = await pod("restore", args({ runAs: { user: 2001, fsGroup: 2001 } }));
    assert.deepEqual(container.securityContext.capabilities.add, []);
    assert.equal(spec.securityContext.runAsUser, 2001);
    assert.equal(spec.securityContext.runAsGroup, 2001);
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.equal(spec.securityContext.fsGroup, 2001);
  });

  it("gives steps none of root's capabilities, but to one that writes to the source", async () => {
    const step = (name: string, writesSource: boolean) => ({
      name,
      image: "postgres:17",
      command: ["true"],
      writesSource,
    });
    const steps = { before: [step("reads", false), step("writes", true)], after: [step("last", false)] };
    for (const [runAs, added] of [
      [{ user: 0 }, ["DAC_OVERRIDE"]],
      [{ user: 2001 }, []],
    ] as const) {
      const { spec } = await pod("backup", args({ steps, runAs }));
      const containers = [...(spec.initContainers ?? []), ...spec.containers];
      const contexts = containers.filter(({ name }) => name !== "restic").map((one) => one.securityContext);
      const rights = { allowPrivilegeEscalation: false, privileged: false };
      assert.deepEqual(contexts, [
        { ...rights, capabilities: { drop: ["ALL"], add: [] } },
        { ...rights, capabilities: { drop: ["ALL"], add: added } },
        { ...rights, capabilities: { drop: ["ALL"], add: [] } },
      ]);
    }
  });

  it("names the user of every container, whatever user its image names", async () => {
    for (const [runAs, expected] of [
      [undefined, { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false }],
      [
        { user: 2001, group: 3001 },
        { runAsUser: 2001, runAsGroup: 3001, runAsNonRoot: true },
      ],
    ] as const) {
      const { seccompProfile, ...user } = (await pod("backup", args({ runAs }))).spec.securityContext;
      assert.deepEqual(user, expected);
    }
  });
});
