import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

describe("a program with a configuration", () => {
  const home = mkdtempSync(join(tmpdir(), "processes-test-"));
  after(() => rmSync(home, { recursive: true }));
  const config = join(home, "config");
  const script = `
    const { ensureRunning, runningPid, stop } = require("./sandbox/processes");
    const part = (content) => ({
      name: "sleeper", program: "/bin/sleep", args: ["4712"], config: { path: "${config}", content },
    });
    (async () => {
      const pids = [];
      for (const content of ["one", "one", "two"]) {
        await ensureRunning(part(content));
        pids.push(runningPid("sleeper"));
      }
      await stop(part("two"));
      console.log(JSON.stringify([...pids, runningPid("sleeper") ?? "none"]));
    })();`;

  it("goes on while that is the same, and is started anew when it changes", async () => {
    const options = { cwd: join(__dirname, "../.."), env: { RESTIC_BACKUP_SANDBOX: home } };
    const { stdout } = await execa("node", ["-r", "ts-node/register", "-e", script], options);
    const [first, second, third, last] = JSON.parse(stdout) as unknown[];
    assert.equal(typeof first, "number");
    assert.equal(second, first);
    assert.notEqual(third, first);
    assert.equal(typeof third, "number");
    assert.equal(last, "none");
    assert.equal(readFileSync(config, "utf8"), "two");
  });
});
