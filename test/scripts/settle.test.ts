import assert from "node:assert/strict";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accepted, dated, refused } from "./guard-trials";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { until, withRepository } from "./test-repository";

const hour = 3600;

describe("settle.sh", function () {
  this.timeout(240_000);

  describe("BACKUP_SETTLE", () => {
    inBothShells("gives up on a file that keeps changing, with 75", async (world) => {
      const writing = setInterval(() => writeFile(join(world.source, "jira.zip"), `${Date.now()}`), 200);
      try {
        await refused(
          world,
          { BACKUP_SETTLE: "1", BACKUP_SETTLE_WAIT: "2" },
          /still being written after 2 seconds/,
          75,
        );
      } finally {
        clearInterval(writing);
      }
    });

    inBothShells("watches what has changed for as long as that, however little time there is", async (world) => {
      await accepted(world, { BACKUP_SETTLE: "2", BACKUP_SETTLE_WAIT: "2" });
      const [{ time }] = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as [{ time: string }];
      const { mtimeMs } = await stat(join(world.source, "jira.zip"));
      assert.ok(Date.parse(time) - mtimeMs >= 2000, `${time} is too early`);
    });

    inBothShells("does not wait for what did not change for a day", async (world) => {
      const env = { ...(await clockAhead(world, "172800")), BACKUP_SETTLE: "30", BACKUP_SETTLE_WAIT: "30" };
      const { output } = await accepted(world, env);
      assert.doesNotMatch(output, /Waiting/);
    });

    inBothShells("watches a file that is dated in the future, instead of waiting for that date", async (world) => {
      await dated(world, "jira.zip", 24 * hour);
      const { output } = await accepted(world, { BACKUP_SETTLE: "1", BACKUP_SETTLE_WAIT: "20" });
      assert.match(output, /Something is dated in the future/);
    });

    for (const [what, ahead, fromNow] of [
      ["is dated in the future", "0", 24 * hour],
      ["gets old dates, as from an archive", "0", -20 * hour],
      ["is dated by a clock that is behind", "600", 0],
    ] as const) {
      inBothShells(`sees a file grow that ${what}`, async (world) => {
        const clock = await clockAhead(world, ahead);
        await dated(world, "jira.zip", fromNow);
        const writing = setInterval(() => dated(world, "jira.zip", fromNow), 300);
        try {
          const env = { ...clock, BACKUP_SETTLE: "1", BACKUP_SETTLE_WAIT: "1" };
          await refused(world, env, /changed while they were watched.*still being written/, 75);
        } finally {
          clearInterval(writing);
        }
      });
    }

    inBothShells("ends its wait at SIGTERM", async (world) => {
      await withRepository(world);
      const running = world.start("backup.sh", [], { env: { BACKUP_SETTLE: "60", BACKUP_SETTLE_WAIT: "60" } });
      await until("the wait", () => running.output().includes("Waiting"));
      process.kill(running.pid, "SIGTERM");
      const { exitCode, report } = await running.outcome;
      assert.equal(exitCode, 130);
      assert.match(report.message, /Nothing was backed up/);
    });
  });

  describe("BACKUP_MARKER", () => {
    inBothShells("waits for it, and gives up with 75", async (world) => {
      const env = { BACKUP_MARKER: "done/export ok", BACKUP_SETTLE_WAIT: "1" };
      await refused(world, env, /marker done\/export ok is not there.*still being written after 1 second,/, 75);
    });

    inBothShells("goes on when it comes", async (world) => {
      await withRepository(world);
      const running = world.start("backup.sh", [], { env: { BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "30" } });
      await until("the wait", () => running.output().includes("Waiting"));
      await writeFile(join(world.source, "done"), "");
      assert.equal((await running.outcome).exitCode, 0);
    });

    inBothShells("does not take last night's for that of an export that is being written", async (world) => {
      await dated(world, "done", -60);
      const env = { BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "1" };
      await refused(world, env, /marker done is older than .*jira\.zip.*still being written/, 75);
      await writeFile(join(world.source, "done"), "");
      await accepted(world, env);
    });
  });

  inBothShells("waits as long as it should when the clock is set meanwhile", async (world) => {
    await withRepository(world);
    const began = Date.now();
    const clock = await clockAhead(world, `$(($(wc -l <${world.path("looks")}) * 864000))`);
    const env = { ...clock, BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "4" };
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 75);
    assert.match(report.message, /still being written after 4 seconds/);
    assert.ok(Date.now() - began >= 3000, "it gave up too early");
    await writeFile(join(world.source, "done"), "");
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
  });
});

/** A clock that is ahead of that of the files by so many seconds, a number or what the shell makes of it. */
async function clockAhead(world: World, seconds: string): Promise<Record<string, string>> {
  const fake = world.path("fake");
  await mkdir(fake);
  const date = `#!/bin/sh
echo x >>${world.path("looks")}
case "$*" in
  +%s) echo $(($(${world.env.PATH}/date +%s) + ${seconds})) ;;
  *) exec ${world.env.PATH}/date "$@" ;;
esac
`;
  await writeFile(join(fake, "date"), date, { mode: 0o755 });
  return { PATH: `${fake}:${world.env.PATH}` };
}
