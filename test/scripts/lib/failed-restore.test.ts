import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { until } from "../test-repository";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

describe("failed-restore.sh", function () {
  this.timeout(240_000);

  inBothShells("says that an earlier restore is finished, where the new one comes to nothing", async (world) => {
    const snapshot = (await backedUp(world)).slice(0, 8);
    await killedWhileMoving(world);
    // restic cannot write any more, and the room cannot be told.
    const env = await inPlaceOf(
      world,
      "restic",
      'case "$*" in *--verify*) echo "Fatal: no luck" >&2; exit 1 ;; esac; exec "$real" "$@"',
    );
    const { report } = await restored(world, 1, { env });
    const message = report.message;
    assert.ok(
      message.startsWith(`The earlier restore of snapshot ${snapshot}, which had been stopped while it moved`),
      message,
    );
    assert.match(message, /is finished: they are in .*\. The new one is not done: .* is as the earlier one left it/);
    assert.doesNotMatch(message, /is as it was/);
    assert.equal(
      await readFile(join(world.target, "jira.zip"), "hex"),
      await readFile(join(world.source, "jira.zip"), "hex"),
    );
    await restored(world, 0);
  });

  inBusybox("does not say that all is as it was, where an earlier restore cannot be finished", async (world) => {
    await backedUp(world);
    await killedWhileMoving(world);
    const env = await inPlaceOf(world, "ln", 'echo "ln: x: Cross-device link" >&2; exit 1');
    const { report } = await restored(world, 1, { env });
    assert.match(
      report.message,
      /^An earlier restore has moved its files into .* only in part, and this cannot be finished: /,
    );
    assert.doesNotMatch(report.message, /is as it was/);
    await restored(world, 0);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells(
    "leaves no directory where restic has restored nothing, and does not say that something is there",
    async (world) => {
      await backedUp(world);
      await mkdir(world.target);
      for (const [exit, words] of [
        [
          11,
          "unable to create lock in backend: repository is already locked exclusively by PID 1 on x by (UID 0, GID 0)",
        ],
        [12, "Fatal: wrong password or no key found"],
        [1, "Fatal: no luck"],
      ] as const) {
        const env = await inPlaceOf(
          world,
          "restic",
          `case "$*" in *--verify*) echo "${words}" >&2; exit ${exit} ;; esac; exec "$real" "$@"`,
        );
        const { report } = await restored(world, exit, { env: { ...env, BACKUP_LOCK_WAIT: "1" } });
        assert.doesNotMatch(report.message, /is in .*\.restic-backup-restore/);
        assert.match(
          report.message,
          /is as it was\b.* Nothing was restored until then(: |\. )(?!.*(move it away|removes it))/,
        );
        assert.deepEqual(await stagings(world), [], report.message);
      }
    },
  );
});

/** A restore that was killed before it has moved the first entry aside. */
async function killedWhileMoving(world: World): Promise<void> {
  await mkdir(world.target);
  await writeFile(join(world.target, "jira.zip"), "mine");
  const once = world.path("once");
  const env = await inPlaceOf(world, "mv", `case "$*" in *-n*/old*) : >"${once}"; sleep 20 ;; esac; exec "$real" "$@"`);
  const running = world.start("restore.sh", [], { env });
  await until("the move", async () => (await readdir(world.folder)).includes("once"));
  process.kill(-running.pid, "SIGKILL");
  await running.outcome;
  await rm(once);
}
