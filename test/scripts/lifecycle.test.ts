import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { isAlive, startSlowly } from "./holding";
import { inPlaceOf, restored } from "./lib/restore-trials";
import { manifest } from "./manifest";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, locks, until, withRepository } from "./test-repository";

describe("lifecycle.sh", function () {
  this.timeout(240_000);

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    inBothShells(`releases the lock at ${signal}, and exits with 130`, async (world) => {
      await withRepository(world);
      const running = await startSlowly(world);
      process.kill(running.pid, signal);
      const { exitCode, report } = await running.outcome;
      assert.equal(exitCode, 130);
      assert.match(report.message, new RegExp(`Stopped by ${signal} while backing up`));
      assert.deepEqual(await locks(world), []);
      const left: { paths: string[] }[] = JSON.parse(await world.restic("snapshots", "--json"));
      assert.ok(left.every(({ paths }) => paths[0] === "/restic-backup-unfinished"));
    });
  }

  inBothShells("says that it was Ctrl-C, which reaches every program of a restore, whichever it is", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const once = world.path("once");
    for (const [program, when] of [
      ["jq", "*read-list*"],
      ["jq", "*choose-snapshot*"],
      ["jq", "*/manifest.jq*"],
      ["mktemp", "*restic-backup-restore*"],
      ["cp", "*restic-backup-restore*"],
      ["awk", "*/entries.awk*"],
      ["restic", "*--verify*"],
      ["restic", "*cat?tree*"],
      ["find", "*"],
    ] as const) {
      await rm(once, { force: true });
      const script = `case "$*" in ${when}) [ -e "${once}" ] || { : >"${once}"; kill -INT 0; sleep 1; } ;; esac; exec "$real" "$@"`;
      const env = await inPlaceOf(world, program, script);
      const { exitCode, output, report } = await world.start("restore.sh", [], { env }).outcome;
      assert.ok(exitCode === 130 || exitCode === 1, `${program} ${when}: ${output}`);
      assert.match(
        report.message,
        exitCode === 1 ? /^SIGINT came\. / : /^Stopped by SIGINT/,
        `${program} ${when}: ${output}`,
      );
      assert.equal((await readdir(world.folder)).includes("import"), false, `${program} ${when}`);
    }
    await restored(world, 0);
  });

  inBothShells(
    "ends when restic ends at once, and loses no signal that comes at the same moment as restic",
    async (world) => {
      const env = await fakeRestic(
        world,
        'case "$*" in *--stdin-filename*) exit 1 ;; esac; [ -z "$SLOW" ] || exec sleep 30; exit 1',
      );
      for (let delay = 0; delay < 80; delay += 4) {
        assert.equal((await world.run("backup.sh", [], { env: { ...env, SLOW: "" } })).exitCode, 1);
        const began = Date.now();
        const running = world.start("backup.sh", [], { env: { ...env, SLOW: "yes" } });
        await until("the start", () => running.output().includes("Backing up"));
        await new Promise((resolve) => setTimeout(resolve, delay % 20));
        process.kill(running.pid, "SIGTERM");
        const { exitCode, output } = await running.outcome;
        assert.equal(exitCode, 130, output);
        assert.ok(Date.now() - began < 10_000, `the signal was lost: ${running.output()}`);
      }
    },
  );

  inBothShells("goes on when its terminal is lost", async (world) => {
    await withRepository(world);
    const running = await startSlowly(world, 1500);
    process.kill(-running.pid, "SIGHUP");
    const { exitCode, output } = await running.outcome;
    assert.equal(exitCode, 0, output);
  });

  inBothShells("shows how far it is", async (world) => {
    await withRepository(world);
    const running = await startSlowly(world, 1000, { RESTIC_PROGRESS_FPS: "1" });
    const { output } = await running.outcome;
    assert.match(output, /backing up: \d+ %, \d+ MiB of \d+ MiB after \d+ seconds/);
  });

  inBothShells("loses nothing when it is killed, and the next run needs no human", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const { report } = await world.run("backup.sh");
    const before = await manifest(world.source);
    const running = await startSlowly(world);
    process.kill(-running.pid, "SIGKILL");
    await running.outcome;
    await until("the end of restic", () => !isAlive(-running.pid));

    const next = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=2" } });
    assert.equal(next.exitCode, 0, next.output);
    assert.deepEqual(await locks(world), []);
    await world.restic("check", "--read-data");
    await world.restic("restore", `${report.snapshot}:${world.source}`, "--target", world.target);
    assert.deepEqual(await manifest(world.target), before);
  });
});
