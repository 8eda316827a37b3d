import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { familyOf, identityOf, processesWith } from "../../sandbox/proc";

describe("processes", () => {
  // It starts nothing: between fork and exec, a child has its parent's command line.
  const words = ["sh", "-c", "read line_4711"];
  let child: ChildProcess;
  beforeEach(async () => {
    child = spawn("sh", words.slice(1));
    await once(child, "spawn");
  });
  afterEach(() => {
    for (const pid of familyOf("read line_4711")) {
      process.kill(pid, "SIGKILL");
    }
  });

  it("keep their identity while they live, and share it with no other", () => {
    assert.ok(identityOf(pidOf(child)));
    assert.equal(identityOf(pidOf(child)), identityOf(pidOf(child)));
    assert.notEqual(identityOf(pidOf(child)), identityOf(process.pid));
  });

  it("have none once they have ended", async () => {
    const pid = pidOf(child);
    process.kill(pid, "SIGKILL");
    await once(child, "exit");
    assert.equal(identityOf(pid), undefined);
  });

  it("are found by their whole command line, not by a part of it", async () => {
    assert.deepEqual(processesWith(words), [child.pid]);
    assert.deepEqual(processesWith(words.slice(0, 2)), []);
  });
});

function pidOf({ pid }: ChildProcess): number {
  assert.ok(pid);
  return pid;
}
