import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { containerScripts } from "../components/container-scripts";
import { root } from "./support/readme";

const program = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({ newResource: ({ type, name, inputs }) => {
  if (type === "kubernetes:core/v1:ConfigMap") console.log(JSON.stringify(inputs.data));
  return { id: name, state: inputs };
}, call: () => ({}) });
const { ResticBackup } = require("restic-backup");
new ResticBackup("backup", { source: { claimName: "data" }, repository: { local: {} } });
`;

describe("the package", function () {
  this.timeout(240_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "restic-backup-package-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  it("works in another project, by plain node, with all of its scripts", async () => {
    await execa("npm", ["run", "build"], { cwd: root });
    const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await execa("tar", ["-xzf", filename], { cwd: folder });
    // Its dependencies are ours: what matters is which files the package holds.
    const modules = join(folder, "node_modules");
    cpSync(join(folder, "package"), join(modules, "restic-backup"), { recursive: true });
    for (const name of ["@pulumi", "croner", "zod"]) {
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
    writeFileSync(join(folder, "index.js"), program);
    const run = await execa("node", ["index.js"], { cwd: folder });
    const scripts = JSON.parse(run.stdout);
    assert.deepEqual(scripts, containerScripts());
    assert.ok("restore.sh" in scripts && "lib.run.sh" in scripts && "lib.messages.jq" in scripts);
  });
});
