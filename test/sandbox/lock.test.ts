import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

describe("the lock", () => {
  const home = mkdtempSync(join(tmpdir(), "lock-test-"));
  after(() => rmSync(home, { recursive: true }));
  const script = `
    const { withLock } = require("./sandbox/lock");
    withLock((pid) => console.log("waits"), async () => {
      console.log("in");
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log("out");
    });`;
  const run = async () => {
    const options = { cwd: join(__dirname, "../.."), env: { ...process.env, RESTIC_BACKUP_SANDBOX: home } };
    return (await promisify(execFile)("node", ["-r", "ts-node/register", "-e", script], options)).stdout;
  };

  it("of a process that has ended is taken over", async () => {
    writeFileSync(join(home, "lock"), "1 another-boot 4711");
    assert.equal(await run(), "in\nout\n");
  });

  it("lets one in at a time, and tells the others that they wait", async () => {
    const outputs = (await Promise.all([run(), run()])).sort();
    assert.equal(outputs.filter((output) => output.startsWith("in")).length, 1);
    assert.deepEqual(outputs[1], "waits\nin\nout\n");
  });
});
