import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, locks, withRepository } from "./test-repository";

/** What is killed by a word in restic's command, in which script, and the run after which all must be well. */
const killed: readonly [string, string, string, Record<string, string>][] = [
  ["a backup", "backup.sh", " backup ", { BACKUP_RETENTION: "--keep-last=1" }],
  ["the removal of snapshots", "backup.sh", " forget [0-9a-f]", { BACKUP_RETENTION: "--keep-last=1" }],
  ["a prune", "prune.sh", " prune ", {}],
  ["a check", "check.sh", " check ", {}],
  ["the note of a check", "check.sh", " restic-backup-checked ", {}],
];

describe("what was killed", function () {
  this.timeout(240_000);

  for (const [title, script, word, env] of killed) {
    inBothShells(`in ${title} leaves a lock, and the next run is good without a human`, async (world) => {
      await withRepository(world);
      const before = await twoNights(world);
      const killer = await killAtLock(world, word);
      const { exitCode } = await world.start(script, [], { env: { ...env, ...killer } }).outcome;
      assert.equal(exitCode, undefined, "it was not killed");
      assert.equal((await locks(world)).length, 1);

      const next = await world.run(script, [], { env });
      assert.equal(next.exitCode, 0, next.output);
      assert.match(next.output, /successfully removed 1 lock/);
      assert.deepEqual(await locks(world), []);
      await restores(world, before);
    });
  }

  inBothShells("right after a partial snapshot was written leaves none that looks complete", async (world) => {
    await withRepository(world);
    const complete = await world.run("backup.sh", [], { asNobody: true });
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    const killer = await fakeRestic(
      world,
      'case "$*" in *" backup "*) "$real" "$@"; kill -KILL $PPID; exit ;; esac; exec "$real" "$@"',
    );
    const { exitCode } = await world.start("backup.sh", [], { env: killer, asNobody: true }).outcome;
    assert.equal(exitCode, undefined, "it was not killed");
    assert.equal(JSON.parse(await world.restic("snapshots", "--json")).length, 2);
    const restored = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(restored.report.snapshot, complete.report.snapshot);
  });

  inBothShells("elsewhere, with a lock that is not dead yet, is waited for", async (world) => {
    await withRepository(world);
    await twoNights(world);
    // A restic that finds the lock of another host; it is not dead before 30 minutes have passed.
    const env = await fakeRestic(
      world,
      `case "$*" in
        *--retry-lock=0s*) [ -e ${world.path("waited")} ] || exit 11 ;;
        *--retry-lock=1s*) : >${world.path("waited")}; exit 11 ;;
      esac
      exec "$real" "$@"`,
    );
    for (const script of ["prune.sh", "check.sh"]) {
      await rm(world.path("waited"), { force: true });
      const { exitCode, output } = await world.run(script, [], { env });
      assert.equal(exitCode, 0, output);
      assert.match(output, /The repository is locked/);
    }
  });
});

/** A restic that is killed, with the script that runs it, once it has the lock that a command of this word takes. */
function killAtLock(world: World, word: string) {
  return fakeRestic(
    world,
    `if printf '%s' " $* " | grep -q -e '${word}'; then
      "$real" "$@" &
      while kill -0 $!; do
        for lock in ${world.repository}/locks/*; do
          case $lock in *[*]* | *-tmp-*) ;; *) kill -KILL $! $PPID; exit ;; esac
        done
      done
    fi
    exec "$real" "$@"`,
  );
}

async function twoNights(world: World): Promise<string[]> {
  for (const name of ["first.zip", "second.zip"]) {
    await writeFile(join(world.source, name), randomBytes(100_000));
    assert.equal((await world.run("backup.sh")).exitCode, 0);
  }
  return manifest(world.source);
}

async function restores(world: World, before: string[]): Promise<void> {
  await world.restic("check", "--read-data");
  assert.equal((await world.run("restore.sh")).exitCode, 0);
  assert.deepEqual(await manifest(world.target), before);
}
