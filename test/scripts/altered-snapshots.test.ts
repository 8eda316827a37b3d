import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packs } from "./damage-repository";
import { countedRestic, night, notes, snapshots } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("altered-snapshots.sh", function () {
  this.timeout(240_000);

  inBothShells("gives what a repair has taken something out of its tag, and clears the damage then", async (world) => {
    await repairedWorld(world);
    // Changed, and whole.
    await world.restic("tag", "--add", "jira", "latest");
    const { exitCode, output, report } = await world.run("check.sh", ["--clear-damage"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /Snapshot [0-9a-f]{8} holds 2 files, .*, and held 2 files, .* when it was made\./);
    assert.match(report.warning ?? "", /^1 snapshot holds less than when made/);
    assert.deepEqual(
      (await snapshots(world)).map(({ tags }) => tags),
      [undefined, ["repaired"], ["jira"]],
    );
    assert.deepEqual(await notes(world, "damaged"), []);
    assert.match(
      (await night(world, { BACKUP_RETENTION: "--keep-last=3" })).report.retention ?? "",
      /4 snapshots kept/,
    );
  });

  inBothShells("clears nothing where that cannot be found out, or not be marked", async (world) => {
    await repairedWorld(world);
    for (const [words, message] of [
      [" ls ", /^The damage was not cleared, because what snapshot [0-9a-f]{8} holds could not be listed/],
      [" tag ", /^The damage was not cleared: snapshot [0-9a-f]{64} holds less than .* and could not be marked/],
    ] as const) {
      // restic ends with 0 where it may not replace a snapshot.
      const code = words === " tag " ? 0 : 1;
      const script = `case "$*" in *"${words}"*) echo 'Fatal: no' >&2; exit ${code} ;; esac; exec "$real" "$@"`;
      const { exitCode, report } = await world.run("check.sh", ["--clear-damage"], {
        env: await fakeRestic(world, script),
      });
      assert.equal(exitCode, 1, report.message);
      assert.match(report.message, message);
      assert.equal((await notes(world, "damaged")).length, 1);
      await rm(world.path("fake"), { recursive: true });
    }
  });

  inBothShells(
    "marks what a human has repaired without any record of damage, and counts it for nothing",
    async (world) => {
      await repairedByHand(world);
      const rules = { BACKUP_RETENTION: "--keep-last=3" };
      assert.match((await night(world, rules)).report.retention ?? "", /4 snapshots kept, 0 removed/);
      const { exitCode, output, report } = await world.run("check.sh");
      assert.equal(exitCode, 0, output);
      assert.match(report.warning ?? "", /^1 snapshot holds less than when made/);
      const marked = (await snapshots(world)).map(({ tags }) => tags);
      assert.deepEqual(marked, [undefined, ["repaired"], undefined, undefined]);
      await world.restic("tag", "--remove", "repaired", (await snapshots(world))[1]?.id ?? "");
      const cleared = await world.run("check.sh", ["--clear-damage"]);
      assert.equal(cleared.exitCode, 0, cleared.output);
      assert.match(cleared.report.message, /^No damage is recorded/);
      assert.match(cleared.report.warning ?? "", /^1 snapshot holds less than when made/);
      assert.deepEqual((await snapshots(world))[1]?.tags, ["repaired"]);
    },
  );

  inBothShells("looks once, and takes a snapshot for whole of which only tags were changed", async (world) => {
    await withRepository(world);
    await mkdir(join(world.source, "spool"));
    await night(world);
    await night(world);
    await world.restic("tag", "--add", "jira", "latest");
    const env = await countedRestic(world);
    const listings = async () => (await readFile(world.path("openings"), "utf8")).match(/ ls /g)?.length ?? 0;
    for (let checks = 0; checks < 2; checks++) {
      const { exitCode, output, report } = await world.run("check.sh", [], { env });
      assert.equal(exitCode, 0, output);
      assert.equal(report.warning, undefined);
      assert.equal(await listings(), 2, "the snapshot, and another one that holds the empty directory, too");
    }
    const found = (await notes(world, "checked")).flatMap(({ tags }) => tags ?? []).filter((tag) => /whole/.test(tag));
    assert.deepEqual(found, [`whole:${(await snapshots(world))[1]?.id.slice(0, 16)}`]);
    assert.match((await night(world, { BACKUP_RETENTION: "--keep-last=1" })).report.retention ?? "", /2 removed/);
  });

  inBothShells("says that nobody can tell where a repair may have taken out links", async (world) => {
    const id = await withoutLinks(world);
    const untold = await world.run("restore.sh");
    assert.equal(untold.exitCode, 0, untold.output);
    assert.match(untold.report.message, /This may not be all: .* 1 empty directory, for example links: links and/);
    const { exitCode, output, report } = await world.run("check.sh");
    assert.equal(exitCode, 0, output);
    assert.match(report.warning ?? "", /has 1 empty directory, for example \/.*\/links, which may have held links/);
    assert.equal((await world.run("check.sh")).report.warning, undefined, "it is said once");
    assert.equal((await world.run("restore.sh")).report.snapshot, id);
    const whole = /restic tag --add (whole:[0-9a-f]{16}) ([0-9a-f]{8})/.exec(report.warning ?? "") ?? [];
    await world.restic("tag", "--add", whole[1] as string, whole[2] as string);
    const told = await world.run("restore.sh");
    assert.equal(told.exitCode, 0, told.output);
    assert.match(told.report.message, /verified, in [^ ]+( What was there .*)?$/);
  });

  inBothShells("knows by the number of directories what else a repair has taken out", async (world) => {
    await withoutLinks(world, "links/spool");
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.match(output, /This is not what it held then, which was \d+ directories\./);
    assert.match(report.warning ?? "", /1 newer snapshot was passed over \(1 altered by a repair\)/);
    assert.match((await world.run("check.sh")).report.warning ?? "", /^1 snapshot holds less than when made/);
  });
});

/** A good night, and one whose directory of links was lost and repaired with --forget. Returns the id of the latter. */
async function withoutLinks(world: World, further = "links"): Promise<string | undefined> {
  await withRepository(world);
  await night(world);
  const before = await packs(world);
  await mkdir(join(world.source, further), { recursive: true });
  await symlink("jira.zip", join(world.source, "links", "newest"));
  await night(world);
  const lost = (await packs(world)).filter((name) => !before.includes(name));
  await writeFile(join(world.source, "new"), "x");
  await night(world);
  for (const name of lost) {
    await rm(join(world.repository, "data", name.slice(0, 2), name));
  }
  await repair(world);
  return (await snapshots(world)).at(-1)?.id;
}

/** Two good nights, and one between them that lost a pack and was repaired with --forget. */
async function repairedWorld(world: World): Promise<void> {
  await loseData(world);
  assert.equal((await world.run("check.sh")).exitCode, 67);
  await repair(world);
}

/** The same, of which no command of ours knows. */
async function repairedByHand(world: World): Promise<void> {
  await loseData(world);
  await repair(world);
}

async function repair(world: World): Promise<void> {
  await world.restic("repair", "index");
  await world.restic("repair", "snapshots", "--forget");
  await rm(world.path("cache"), { recursive: true, force: true });
}

async function loseData(world: World): Promise<void> {
  await withRepository(world);
  await night(world);
  const before = await packs(world);
  await writeFile(join(world.source, "lost"), randomBytes(300_000));
  await night(world);
  const sizes = (await packs(world))
    .filter((name) => !before.includes(name))
    .map(async (name) => ({ name, size: (await stat(join(world.repository, "data", name.slice(0, 2), name))).size }));
  const [lost] = (await Promise.all(sizes)).sort((a, b) => b.size - a.size);
  await rm(join(world.source, "lost"));
  await night(world);
  await rm(join(world.repository, "data", lost?.name.slice(0, 2) ?? "", lost?.name ?? ""));
}
