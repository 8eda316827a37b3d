import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { corrupt, packs } from "./damage-repository";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("check.sh", function () {
  this.timeout(240_000);

  inBothShells("reads every part within so many runs, whatever fails between them", async (world) => {
    await withRepository(world);
    await withPacks(world, 2);
    // What happens to each run's check: 0 it is good, 1 it fails, 9 all is killed between the check and its note.
    const fates = [0, 1, 0, 9, 0, 1, 1, 0, 0];
    const env = await fakeRestic(
      world,
      `case "$*" in
        *read-data-subset*) echo "$*" >>${world.path("checks")}; [ "$FATE" != 1 ] || { echo "Fatal: connection refused" >&2; exit 1; } ;;
        *restic-backup-checked*) [ "$FATE" != 9 ] || kill -KILL 0 ;;
      esac
      exec "$real" "$@"`,
    );
    for (const fate of fates) {
      const { outcome } = world.start("check.sh", [], {
        env: { ...env, FATE: `${fate}`, BACKUP_CHECK_PARTS: "3" },
      });
      assert.equal((await outcome).exitCode, fate === 9 ? undefined : fate);
    }
    const checked = (await readFile(world.path("checks"), "utf8")).match(/\d+\/3/g);
    assert.deepEqual(checked, ["1/3", "2/3", "2/3", "3/3", "3/3", "1/3", "1/3", "1/3", "2/3"]);
    const notes = JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-checked"));
    assert.equal(notes.length, 1, "older notes are removed");
  });

  inBothShells("finds a damaged pack within so many runs, wherever it is, and tries that part again", async (world) => {
    await withRepository(world);
    const parts = 3;
    const env = { BACKUP_CHECK_PARTS: `${parts}` };
    for (const pack of await onePackOfEachPart(world, parts)) {
      const repair = await corrupt(world, "data", pack.slice(0, 2), pack);
      const codes: (number | undefined)[] = [];
      let found = await world.run("check.sh", [], { env });
      while (found.exitCode === 0) {
        codes.push(found.exitCode);
        assert.ok(codes.length < parts, "every part was read, and the damage was not found");
        found = await world.run("check.sh", [], { env });
      }
      assert.equal(found.exitCode, 67, found.output);
      assert.match(found.report.message, /Retention and prune are stopped from now on/);

      const again = await world.run("check.sh", [], { env });
      assert.equal(again.exitCode, 67);
      assert.equal(again.report.part, found.report.part, "a part that failed is read again");
      assert.match(again.report.message, /are stopped since 20/);
      assert.match(again.report.warning ?? "", /recorded as damaged since/);
      assert.equal(JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-damaged")).length, 1);

      await repair();
      const uncleared = await world.run("check.sh", [], { env });
      assert.equal(uncleared.exitCode, 67);
      assert.match(uncleared.report.message, /is good, but damage is recorded/);
      const cleared = await world.run("check.sh", ["--clear-damage"]);
      assert.equal(cleared.exitCode, 0, cleared.output);
      assert.equal(JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-damaged")).length, 0);
      assert.equal(JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-cleared")).length, 0);
    }
    const after = await world.run("check.sh", [], { env });
    assert.equal(after.exitCode, 0, after.output);
    assert.equal(after.report.warning, undefined);
  });

  inBothShells("takes a storage that does not answer for no damage", async (world) => {
    await withRepository(world);
    const env = await fakeRestic(
      world,
      `case "$*" in *read-data*) printf 'error: dial tcp: connection refused\\n\\nThe repository is damaged and must be repaired.\\n\\nFatal: repository contains errors\\n' >&2; exit 1 ;; esac
      exec "$real" "$@"`,
    );
    const { exitCode, report } = await world.run("check.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /part 1 of 1 failed/);
    assert.equal(await world.restic("snapshots", "--json"), "[]");
  });

  inBothShells("checks the same part again when the success could not be recorded", async (world) => {
    await withRepository(world);
    const env = await fakeRestic(
      world,
      `case "$*" in *restic-backup-checked*) echo "Fatal: no space left on device" >&2; exit 1 ;; esac; exec "$real" "$@"`,
    );
    const parts = { BACKUP_CHECK_PARTS: "3" };
    const { exitCode, report } = await world.run("check.sh", [], { env: { ...env, ...parts } });
    assert.equal(exitCode, 1);
    assert.match(report.message, /is good, but that could not be recorded.*no space left/);
    assert.equal((await world.run("check.sh", [], { env: parts })).report.part, 1);
    assert.equal((await world.run("check.sh", [], { env: parts })).report.part, 2);
  });

  inBothShells("goes on counting when the number of parts changes", async (world) => {
    await withRepository(world);
    for (const [parts, part] of [
      ["2", 1],
      ["2", 2],
      ["2", 1],
      ["5", 4],
      ["1", 1],
      ["256", 6],
    ] as const) {
      const { report } = await world.run("check.sh", [], { env: { BACKUP_CHECK_PARTS: parts } });
      assert.deepEqual([report.result, report.part, report.parts], ["success", part, Number(parts)]);
    }
  });

  inBothShells("has nothing to clear where no damage is recorded", async (world) => {
    await withRepository(world);
    const { exitCode, report } = await world.run("check.sh", ["--clear-damage"]);
    assert.equal(exitCode, 0);
    assert.match(report.message, /nothing to clear/);
    assert.equal(await world.restic("snapshots", "--json"), "[]");
  });

  inBothShells("refuses bad arguments and settings", async (world) => {
    const { exitCode, report } = await world.run("check.sh", ["--repair"], { env: { BACKUP_CHECK_PARTS: "257" } });
    assert.equal(exitCode, 64);
    assert.match(
      report.message,
      /no argument but --clear-damage.*BACKUP_CHECK_PARTS: "257" is not a number from 1 to 256/,
    );
    assert.equal((await world.run("check.sh", [], { env: { BACKUP_CHECK_PARTS: "0" } })).exitCode, 64);
  });

  inBothShells("exits with 10 and 12 as the others do", async (world) => {
    assert.equal((await world.run("check.sh")).exitCode, 10);
    await withRepository(world);
    await writeFile(world.path("password"), "another password");
    assert.equal((await world.run("check.sh")).exitCode, 12);
  });
});

/** As restic sorts them. */
async function onePackOfEachPart(world: World, parts: number): Promise<string[]> {
  await withPacks(world, 4);
  const ofParts = new Map((await packs(world)).map((name) => [Number.parseInt(name.slice(0, 2), 16) % parts, name]));
  return ofParts.size === parts ? [...ofParts.values()] : onePackOfEachPart(world, parts);
}

/** So many snapshots, of which each brings packs of its own. */
async function withPacks(world: World, snapshots: number): Promise<void> {
  for (let n = 0; n < snapshots; n++) {
    await writeFile(join(world.source, `${n}.zip`), randomBytes(20_000));
    await world.restic("backup", "--host", "jira-backup", world.source);
  }
}
