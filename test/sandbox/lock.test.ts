import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { until } from "../scripts/test-repository";

/** Works until its input ends. */
const script = `
  const { withLock } = require("./sandbox/lock");
  withLock((pid) => console.log("waits"), async () => {
    console.log("in");
    for await (const _ of process.stdin);
    console.log("out");
  });`;

describe("the lock", () => {
  const home = mkdtempSync(join(tmpdir(), "lock-test-"));
  after(() => rmSync(home, { recursive: true }));
  const start = () => {
    const process = execa("node", ["-r", "ts-node/register", "-e", script], {
      cwd: join(__dirname, "../.."),
      env: { RESTIC_BACKUP_SANDBOX: home },
    });
    let printed = "";
    process.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    return {
      says: (words: string) => until(`a process that says ${words}`, () => printed === words),
      end: async () => {
        process.stdin.end();
        return (await process).stdout;
      },
    };
  };

  it("of a process that has ended is taken over", async () => {
    writeFileSync(join(home, "lock"), "1 another-boot 4711");
    assert.equal(await start().end(), "in\nout");
  });

  it("lets one in at a time, and tells the others that they wait", async () => {
    const first = start();
    await first.says("in\n");
    const second = start();
    await second.says("waits\n");
    assert.equal(await first.end(), "in\nout");
    await second.says("waits\nin\n");
    assert.equal(await second.end(), "waits\nin\nout");
  });
});
