import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("restore.sh", function () {
  this.timeout(90_000);

  inBothShells("restores the newest snapshot directly into the folder, byte for byte", async (world) => {
    await withRepository(world);
    await nastyFiles(world.source);
    const before = await manifest(world.source);
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    await rm(world.source, { recursive: true });
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await manifest(world.target), before);
    assert.match(output, /Snapshot [0-9a-f]{8} of 2\d{3}-.* CES?T, host jira-backup: \d+ files, .*iB/);
    assert.equal(report.files, 11);
    assert.match(report.message, /verified/);
  });

  inBothShells("chooses by nothing, latest, id, its beginning, and time in the zone TZ", async (world) => {
    await withRepository(world);
    const [first, second, third] = await threeNights(world);
    for (const [wanted, content] of [
      [[], "third"],
      [["latest"], "third"],
      [[second], "second"],
      [[first.slice(0, 12)], "first"],
      [["2026-03-28"], "first"],
      [["2026-03-29"], "second"],
      [["2026-03-29 23:10"], "second"],
      [["2026-03-29 23:09"], "first"],
      [["2026-03-29T21:10:00Z"], "second"],
      [["2026-03-29T21:09:59Z"], "first"],
      [["2030-01-01"], "third"],
      [[third.slice(0, 8)], "third"],
    ] as [string[], string][]) {
      await rm(world.target, { recursive: true, force: true });
      const { exitCode, output } = await world.run("restore.sh", wanted);
      assert.equal(exitCode, 0, output);
      assert.equal(await readFile(join(world.target, "night"), "utf8"), content, wanted.join());
    }
  });

  inBothShells("lists what there is, and restores nothing when nothing matches", async (world) => {
    await withRepository(world);
    const empty = await world.run("restore.sh");
    assert.equal(empty.exitCode, 65);
    assert.match(empty.output, /There is no snapshot of/);
    const ids = await threeNights(world);
    const list = await world.run("restore.sh", ["--list"]);
    assert.equal(list.exitCode, 0, list.output);
    assert.match(list.output, /2026-03-28 23:10:00 CET .*jira-backup\n.*2026-03-29 23:10:00 CEST /);
    for (const wanted of ["2020-01-01", "ffffffffffff"]) {
      const { exitCode, output, report } = await world.run("restore.sh", [wanted]);
      assert.equal(exitCode, 65);
      assert.match(report.message, /No complete snapshot matches/);
      for (const id of ids) {
        assert.ok(output.includes(id.slice(0, 8)));
      }
    }
    const another = await world.run("restore.sh", [], { env: { BACKUP_HOST: "another" } });
    assert.equal(another.exitCode, 65);
    assert.equal((await readdir(world.folder)).includes("import"), false);
  });

  inBothShells("refuses the beginning of several ids", async (world) => {
    const env = await fakeRestic(
      world,
      `printf '[%s]' '${["abcd1", "abcd2"]
        .map((id) =>
          JSON.stringify({
            id: id.padEnd(64, "0"),
            time: "2026-03-28T23:10:00+01:00",
            hostname: "jira-backup",
            paths: [world.source],
          }),
        )
        .join()}'`,
    );
    const { exitCode, report } = await world.run("restore.sh", ["abcd"], { env });
    assert.equal(exitCode, 65);
    assert.match(report.message, /Several snapshots begin with abcd: abcd10+ abcd20+\./);
  });

  for (const wanted of [
    "yesterday",
    "2026-02-31",
    "2026-11-20 25:00",
    "2026-11-20 10:99",
    "abc",
    "--force",
    "ABCDEF12",
  ]) {
    inBothShells(`refuses "${wanted}" before it asks the repository`, async (world) => {
      const { exitCode, output, report } = await world.run("restore.sh", [wanted]);
      assert.equal(exitCode, 64);
      assert.match(report.message, /is no snapshot.*2026-11-20/);
      assert.doesNotMatch(output, /Reading the list/);
    });
  }

  inBothShells("keeps what is in the folder already", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "only in the backup"), "new");
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    await mkdir(join(world.target, "untouched"), { recursive: true });
    await writeFile(join(world.target, "jira.zip"), "the last copy");
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    const names = (await readdir(world.target)).sort();
    const aside = names.find((name) => /^before-restore-\d{8}T\d{6}Z$/.test(name)) ?? "none";
    assert.deepEqual(names, [aside, "jira.zip", "only in the backup", "untouched"]);
    assert.deepEqual(await readFile(join(world.target, "jira.zip")), Buffer.alloc(100_000, "zip"));
    assert.equal(await readFile(join(world.target, aside, "jira.zip"), "utf8"), "the last copy");
    assert.ok(report.message.includes(aside));
  });

  inBothShells("takes no restore for success that is not complete", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "second.zip"), "second");
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    const env = await fakeRestic(
      world,
      `"$real" "$@" || exit
      case "$*" in *--verify*) for last; do case $last in */.restic-restore) rm "$last/second.zip" ;; esac; done ;; esac`,
    );
    const { exitCode, report } = await world.run("restore.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not complete/);
    assert.deepEqual(await readdir(world.target), [".restic-restore"]);
  });

  inBothShells("passes partial snapshots over, shows them as such, and restores them by their id", async (world) => {
    await withRepository(world);
    const complete = await world.run("backup.sh", [], { asNobody: true });
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    const partial = await world.run("backup.sh", [], { asNobody: true });
    assert.equal(partial.exitCode, 3);
    const list = await world.run("restore.sh", ["--list"]);
    const rows = list.output.split("\n").filter((line) => line.includes("jira-backup"));
    assert.deepEqual(
      rows.map((row) => [row.slice(0, 8), row.endsWith("partial: files are missing")]),
      [
        [complete.report.snapshot?.slice(0, 8), false],
        [partial.report.snapshot?.slice(0, 8), true],
      ],
    );
    const latest = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(latest.exitCode, 0, latest.output);
    assert.equal(latest.report.snapshot, complete.report.snapshot);
    const until = await world.run("restore.sh", ["2099-01-01"], { asNobody: true });
    assert.equal(until.report.snapshot, complete.report.snapshot);
    const byId = await world.run("restore.sh", [partial.report.snapshot as string], { asNobody: true });
    assert.equal(byId.exitCode, 0, byId.output);
    assert.equal(byId.report.snapshot, partial.report.snapshot);
  });

  inBothShells("takes no partial snapshot where there is no other", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    await world.run("backup.sh", [], { asNobody: true });
    const { exitCode, report } = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(exitCode, 65);
    assert.match(report.message, /No complete snapshot matches/);
  });

  inBothShells("reports 10, 12 and a volume that is not mounted", async (world) => {
    assert.equal((await world.run("restore.sh")).exitCode, 10);
    await withRepository(world);
    await writeFile(world.path("password"), "another password");
    assert.equal((await world.run("restore.sh")).exitCode, 12);
    const { exitCode, report } = await world.run("restore.sh", [], { env: { BACKUP_REPOSITORY_MOUNT: world.folder } });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not mounted/);
  });

  inBothShells("says who may not write to the folder", async (world) => {
    await withRepository(world);
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    await mkdir(world.target, { mode: 0o555 });
    const { exitCode, report } = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not writable for user 65534/);
  });
});

/** Names and kinds that scripts have been known to stumble over. */
async function nastyFiles(folder: string): Promise<void> {
  const names = ["-rf", "a b", "line\nend", "$(id)", "*", "[x]", "'\"`\\", ".hidden", "ü".repeat(127)];
  await Promise.all(names.map((name) => writeFile(join(folder, name), name)));
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), "invalid UTF-8");
  await symlink("nowhere", join(folder, "..dangling"));
  await mkdir(join(folder, "..folder", "deep", "empty"), { recursive: true });
  await chmod(join(folder, "a b"), 0o640);
}

/** One snapshot on each of three nights, the clocks going forward in the second one. */
async function threeNights(world: World): Promise<[string, string, string]> {
  const ids = [];
  for (const [content, time] of [
    ["first", "2026-03-28 23:10:00"],
    ["third", "2026-10-25 02:30:00"],
    ["second", "2026-03-29 23:10:00"],
  ] as const) {
    await writeFile(join(world.source, "night"), content);
    const output = await world.restic("backup", "--json", "--host", "jira-backup", "--time", time, world.source);
    ids.push(JSON.parse(output.split("\n").at(-1) ?? "").snapshot_id);
  }
  const [first, third, second] = ids;
  return [first, second, third];
}
