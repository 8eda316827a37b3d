import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import { corrupt, dropCache, packs } from "./damage-repository";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

const retention = { BACKUP_RETENTION: "--keep-last=1" };

describe("damage", function () {
  this.timeout(240_000);

  inBothShells("stops retention and prune when a check finds damage, until a human clears it", async (world) => {
    await withRepository(world);
    const first = await world.run("backup.sh");
    const before = await manifest(world.source);
    await writeFile(join(world.source, "new.xml"), "new");
    const repair = await corruptNewestData(world, async () => {
      await world.run("backup.sh");
    });
    const check = await world.run("check.sh", [], { env: { BACKUP_CHECK_PARTS: "1" } });
    assert.equal(check.exitCode, 67, check.output);

    const backup = await world.run("backup.sh", [], { env: retention });
    assert.equal(backup.exitCode, 67);
    assert.match(backup.report.message, /was written, but may not be restorable.*check\.sh --clear-damage/);
    assert.match(backup.report.retention ?? "", /stopped/);
    assert.match(backup.report.warning ?? "", /recorded as damaged since/);
    assert.equal((await snapshots(world)).length, 3);

    const stored = await packs(world);
    const prune = await world.run("prune.sh");
    assert.equal(prune.exitCode, 67);
    assert.match(prune.report.message, /Nothing was pruned: .*recorded as damaged/);
    assert.match(prune.report.warning ?? "", /recorded as damaged/);
    assert.deepEqual(await packs(world), stored);

    const restore = await world.run("restore.sh", [first.report.snapshot as string]);
    assert.equal(restore.exitCode, 0, restore.output);
    assert.match(restore.report.warning ?? "", /recorded as damaged/);
    assert.deepEqual(await manifest(world.target), before);

    await repair();
    assert.equal((await world.run("check.sh", ["--clear-damage"])).exitCode, 0);
    const next = await world.run("backup.sh", [], { env: retention });
    assert.equal(next.exitCode, 0, next.output);
    assert.equal(next.report.warning, undefined);
    assert.equal(next.report.retention, "1 snapshot kept, 3 removed");
    assert.equal((await world.run("prune.sh")).exitCode, 0);
  });

  inBothShells("is recorded when the backup sees it: an index that is gone", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    for (const name of await readdir(join(world.repository, "index"))) {
      await rm(join(world.repository, "index", name), { force: true });
    }
    await dropCache(world);
    const { exitCode, report } = await world.run("backup.sh", [], { env: retention });
    assert.equal(exitCode, 67);
    assert.match(report.message, /Snapshot [0-9a-f]{8} was written, but may not be restorable.*could be damaged/);
    assert.equal((await snapshots(world)).length, 2);
    assert.equal(await recorded(world), 1);
    assert.equal((await world.run("backup.sh", [], { env: retention })).exitCode, 67);
    assert.equal(await recorded(world), 1, "the same damage is recorded once");
  });

  for (const [title, spoil] of [
    ["lost", (path: string) => rm(path, { force: true })],
    ["cut", (path: string) => truncate(path, 100)],
    ["empty", (path: string) => truncate(path, 0)],
    ["wrong in a byte", (path: string) => writeFile(path, randomBytes(5000))],
  ] as const) {
    for (const kind of ["data", "index"]) {
      inBothShells(`is recorded when the backup sees it: the objects in ${kind} are ${title}`, async (world) => {
        await withRepository(world);
        await world.run("backup.sh");
        for (const name of await readdir(join(world.repository, kind), { recursive: true, withFileTypes: true })) {
          const path = join(name.parentPath, name.name);
          if (name.isFile()) {
            await chmod(path, 0o600);
            await spoil(path);
          }
        }
        await dropCache(world);
        const before = (await snapshots(world)).length;
        const { exitCode, output, report } = await world.run("backup.sh", [], { env: retention });
        assert.equal(exitCode, 67, output);
        assert.match(report.message, /the repository is damaged: /);
        assert.ok((await snapshots(world)).length >= before, "nothing is removed");
        // Without an index that can be read, restic writes nothing.
        if (kind === "data" || title === "lost") {
          assert.equal(await recorded(world), 1);
        } else {
          assert.match(report.message, /could not be recorded there .*by hand/);
        }
      });
    }
  }

  inBothShells("of a snapshot keeps no backup from being written", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const [snapshot] = await readdir(join(world.repository, "snapshots"));
    await corrupt(world, "snapshots", snapshot as string);
    await dropCache(world);
    const { exitCode, report } = await world.run("backup.sh", [], { env: retention });
    assert.equal(exitCode, 67);
    assert.match(report.message, /Snapshot [0-9a-f]{8} was written.*invalid data returned/);
    assert.equal(await recorded(world), 1);
    assert.ok((await readdir(join(world.repository, "snapshots"))).includes(snapshot as string), "all of it is kept");
  });

  inBothShells("that cannot be recorded is said to be so", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const [index] = await readdir(join(world.repository, "index"));
    await corrupt(world, "index", index as string);
    await dropCache(world);
    const { exitCode, report } = await world.run("backup.sh", [], { env: retention });
    assert.equal(exitCode, 67);
    assert.match(report.message, /could not be recorded there .*by hand/);
    await corrupt(world, "config");
    const unopened = await world.run("backup.sh", [], { env: retention });
    assert.equal(unopened.exitCode, 67);
    assert.match(unopened.report.message, /is damaged: ciphertext verification failed/);
  });

  inBothShells("found by a restore stops retention, which would remove what can still be restored", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    await writeFile(join(world.source, "new.xml"), "new");
    await corruptNewestData(world, async () => {
      await world.run("backup.sh");
    });
    await dropCache(world);
    const restore = await world.run("restore.sh");
    assert.equal(restore.exitCode, 67, restore.output);
    assert.match(restore.report.message, /(Nothing was restored|is as it was).*: the repository is damaged: /);
    assert.equal(await recorded(world), 1);
    assert.equal((await world.run("backup.sh", [], { env: retention })).exitCode, 67);
    assert.equal((await snapshots(world)).length, 3);
  });

  inBothShells("of the key is said to be damage by every command", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const [key] = await readdir(join(world.repository, "keys"));
    await corrupt(world, "keys", key as string);
    for (const script of ["backup.sh", "check.sh", "prune.sh", "restore.sh"]) {
      const { exitCode, report, output } = await world.run(script);
      assert.equal(exitCode, 67, output);
      assert.match(report.message, /is damaged: .*invalid data returned.*could not be recorded there/);
    }
  });

  inBothShells("is not seen in the name of a file", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "hash mismatch, invalid data returned.zip"), "x", { mode: 0 });
    const { exitCode, report, output } = await world.run("backup.sh", [], { asNobody: true });
    assert.equal(exitCode, 3, output);
    assert.match(report.message, /could not be read, for example: .*hash mismatch, invalid data returned\.zip/);
    assert.equal(await recorded(world), 0);
  });

  inBothShells("is not seen in a broken lock", async (world) => {
    await withRepository(world);
    // The real restic says so only after half a minute.
    const env = await fakeRestic(
      world,
      'echo "Fatal: invalid lock file: LoadRaw(<lock/0123456789>): invalid data returned" >&2; exit 1',
    );
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /invalid lock file/);
  });

  inBothShells("found by another process while this one waits for the lock stops the removal", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const env = await fakeRestic(
      world,
      `case "$*" in
        *dry-run*) ;;
        *forget*) "$real" backup --quiet --tag restic-backup-damaged --stdin-from-command --stdin-filename restic-backup-damaged -- printf x </dev/null; exit 11 ;;
      esac
      exec "$real" "$@"`,
    );
    const { exitCode } = await world.run("backup.sh", [], { env: { ...env, ...retention } });
    assert.equal(exitCode, 67);
    assert.equal((await snapshots(world)).length, 2);
  });

  inBothShells("of another repository, from which the note was copied, stops nothing", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const [pack] = await packs(world);
    await corrupt(world, "data", (pack as string).slice(0, 2), pack as string);
    assert.equal((await world.run("check.sh")).exitCode, 67);
    const from = world.path("from");
    await rename(world.repository, from);
    const init = ["init", "--from-repo", from, "--from-password-file", world.env.RESTIC_PASSWORD_FILE as string];
    await world.restic(...init, "--copy-chunker-params");
    makeKeyCheap(world.repository, secrets[0] as string);
    const copied = await world.restic("copy", ...init.slice(1), "--tag", "restic-backup-damaged");
    assert.match(copied, /copied|saved/);
    await dropCache(world);
    assert.equal(await recorded(world), 1);
    for (const script of ["backup.sh", "backup.sh", "prune.sh", "check.sh"]) {
      const { exitCode, output, report } = await world.run(script, [], { env: retention });
      assert.equal(exitCode, 0, output);
      assert.equal(report.warning, undefined);
    }
    assert.equal((await snapshots(world)).length, 1);
  });

  inBothShells("stays cleared when a kill leaves the notes behind, and comes back with a new one", async (world) => {
    await withRepository(world);
    const note = () =>
      world.restic(
        ...["backup", "--host", "any", "--tag", "restic-backup-damaged", "--stdin-filename", "restic-backup-damaged"],
        ...["--stdin-from-command", "--", "printf", "damage"],
      );
    await note();
    const env = await fakeRestic(world, `case "$*" in *forget*) kill -KILL 0 ;; esac; exec "$real" "$@"`);
    assert.equal((await world.start("check.sh", ["--clear-damage"], { env }).outcome).exitCode, undefined);
    assert.equal(await recorded(world), 1);
    assert.equal((await world.run("backup.sh", [], { env: retention })).exitCode, 0);
    await note();
    assert.equal((await world.run("backup.sh", [], { env: retention })).exitCode, 67);
  });
});

/** Damages the pack of data that something adds. */
async function corruptNewestData(world: World, add: () => Promise<void>): Promise<() => Promise<void>> {
  const before = await packs(world);
  await add();
  const added = (await packs(world)).filter((name) => !before.includes(name));
  const repairs = await Promise.all(added.slice(0, 1).map((pack) => corrupt(world, "data", pack.slice(0, 2), pack)));
  assert.equal(repairs.length, 1);
  return repairs[0] as () => Promise<void>;
}

async function snapshots(world: World): Promise<unknown[]> {
  return JSON.parse(await world.restic("snapshots", "--json", "--path", world.source));
}

async function recorded(world: World): Promise<number> {
  return JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-damaged")).length;
}
