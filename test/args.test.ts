import assert from "node:assert/strict";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { root } from "./support/readme";

/** Pulumi's own judge of what other languages can use: it refuses unions, functions and generics, by throwing. */
describe("ResticBackupArgs", function () {
  this.timeout(240_000);
  let schema: ReturnType<Analyzer["analyze"]>;

  before(() => {
    const manifest = { name: "restic-backup", version: "0.0.0" };
    schema = new Analyzer(join(root, "components"), "restic-backup", manifest, new Set(["ResticBackup"])).analyze();
  });

  it("can be used from every language of Pulumi", () => {
    const { ResticBackup } = schema.components;
    assert.ok(ResticBackup);
    const { inputs, outputs } = ResticBackup;
    assert.deepEqual(
      Object.keys(inputs).filter((name) => !inputs[name]?.optional),
      ["source", "repository"],
    );
    assert.deepEqual(Object.keys(outputs).sort(), [
      "backupNowCommand",
      "cronJobName",
      "host",
      "initJobName",
      "namespace",
      "passwordSecretName",
      "repository",
      "repositoryClaimName",
      "repositoryPassword",
      "restoreCommands",
      "restoreDeploymentName",
    ]);
  });

  it("says of every property what it means", () => {
    const groups = [schema.components.ResticBackup?.inputs ?? {}, ...types().map(({ properties }) => properties ?? {})];
    const bare = groups.flatMap((group) => Object.keys(group).filter((name) => !group[name]?.description));
    assert.deepEqual(bare, []);
    assert.ok(types().length >= 10);
  });

  function types() {
    return Object.values(schema.typeDefinitions);
  }
});
