import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import { dropCache, packs } from "./damage-repository";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells, inBusybox } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("restore.sh", function () {
  this.timeout(240_000);

  inBothShells("restores the newest snapshot directly into the directory, byte for byte", async (world) => {
    await withRepository(world);
    await nastyFiles(world.source);
    const before = await manifest(world.source);
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    await rm(world.source, { recursive: true });
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await manifest(world.target), before);
    assert.match(
      output,
      /Snapshot [0-9a-f]{8} of 2\d{3}-.* CES?T, host jira-backup: 11 files, 97\.9 KiB\. It was made \d+ seconds? before now\./,
    );
    assert.equal(report.files, 11);
    assert.equal(report.bytes, 100_301);
    assert.match(report.message, /verified/);
    assert.equal(report.warning, undefined);
    assert.deepEqual(await leftovers(world), []);
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
      [["2026-03-30T02:40:00+05:30"], "second"],
      [["2026-03-29 02:30"], "first"],
      [["2030-01-01"], "third"],
      [["--skip-space-check", third.slice(0, 8)], "third"],
      [[third.slice(0, 8), "--skip-space-check"], "third"],
      [["--skip-space-check"], "third"],
    ] as [string[], string][]) {
      await rm(world.target, { recursive: true, force: true });
      const { exitCode, output } = await world.run("restore.sh", wanted);
      assert.equal(exitCode, 0, output);
      assert.equal(await readFile(join(world.target, "night"), "utf8"), content, wanted.join());
    }
  });

  inBothShells("says how far it is from the time that was asked for", async (world) => {
    await withRepository(world);
    await threeNights(world);
    const { output, report } = await world.run("restore.sh", ["2026-04-02"]);
    assert.match(output, /Looking for the newest snapshot until 2026-04-02 23:59:59 CEST \.\.\./);
    assert.match(report.message, /of 2026-03-29 23:10:00 CEST, 4 days before the time that was asked for, is restored/);
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
    "",
  ]) {
    inBothShells(`refuses "${wanted}" before it asks the repository`, async (world) => {
      const { exitCode, output, report } = await world.run("restore.sh", [wanted]);
      assert.equal(exitCode, 64);
      assert.match(report.message, /is no snapshot.*2026-11-20/);
      assert.doesNotMatch(output, /Reading the list/);
    });
  }

  inBothShells("refuses two snapshots, and explains itself", async (world) => {
    assert.equal((await world.run("restore.sh", ["2026-11-20", "23:59"])).exitCode, 64);
    const help = await world.start("restore.sh", ["--help"]).outcome.catch((error) => error as Error);
    assert.match(`${help}`, /Usage: restore\.sh \[--skip-space-check\] \[latest \| ID \| TIME\]/);
  });

  inBothShells("takes the later one of two hours, and the last moment of a day without a last hour", async (world) => {
    await withRepository(world);
    await backUp(world, "2020-01-01 00:00:00");
    const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json")) as [{ tree: string }];
    const times = ["2025-11-02T05:50:00Z", "2025-11-02T06:10:00Z", "2025-11-02T07:10:00Z", "2026-03-29T00:30:00Z"];
    const specs = times.map((time) => ({ time, host: "jira-backup", paths: [world.source], tree }));
    const ids = writeSnapshots(world.repository, secrets[0] as string, specs);
    for (const [asked, TZ, expected] of [
      ["2025-11-02 01:30", "America/New_York", 1],
      ["2026-03-28", "America/Nuuk", 3],
    ] as const) {
      const { exitCode, output, report } = await world.run("restore.sh", [asked], { env: { TZ } });
      assert.equal(exitCode, 0, output);
      assert.equal(ids.indexOf(report.snapshot as string), expected);
    }
  });

  inBothShells("passes partial snapshots over, says so, and restores them by their id", async (world) => {
    await withRepository(world);
    const complete = await world.run("backup.sh", [], { asNobody: true });
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    const partial = (await world.run("backup.sh", [], { asNobody: true })).report.snapshot as string;
    const list = await world.run("restore.sh", ["--list"]);
    const rows = list.output.split("\n").filter((line) => line.includes("jira-backup"));
    assert.deepEqual(
      rows.map((row) => [row.slice(0, 8), row.endsWith("partial: files are missing")]),
      [
        [complete.report.snapshot?.slice(0, 8), false],
        [partial.slice(0, 8), true],
      ],
    );
    for (const wanted of [[], ["2099-01-01"]]) {
      const { exitCode, output, report } = await world.run("restore.sh", wanted, { asNobody: true });
      assert.equal(exitCode, 0, output);
      assert.equal(report.snapshot, complete.report.snapshot);
      assert.match(
        report.warning ?? "",
        new RegExp(`^1 newer snapshot was passed over \\(1 partial\\).*${partial.slice(0, 8)} of 2`),
      );
      assert.ok(output.includes(`Warning: ${report.warning}`));
    }
    const byId = await world.run("restore.sh", [partial], { asNobody: true });
    assert.equal(byId.exitCode, 3, byId.output);
    assert.equal(byId.report.snapshot, partial);
    assert.match(byId.report.message, /is restored: 1 file, .*This is not all that was to be backed up: it is partial/);
  });

  inBothShells("takes no partial snapshot where there is no other", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    await world.run("backup.sh", [], { asNobody: true });
    const { exitCode, report } = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(exitCode, 65);
    assert.match(report.message, /No complete snapshot matches/);
  });

  inBothShells("takes no snapshot from the future for the newest, and restores it by its id", async (world) => {
    await withRepository(world);
    await threeNights(world);
    await writeFile(join(world.source, "night"), "future");
    const future = await backUp(world, "2099-01-01 00:00:00");
    const { exitCode, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0);
    assert.notEqual(report.snapshot, future);
    assert.match(
      report.warning ?? "",
      /1 newer snapshot was passed over \(1 dated in the future\).* compare it with a watch/,
    );
    assert.match(report.message, /, \d+ \w+ before now, if the clock here is right, is restored/);
    const byId = await world.run("restore.sh", [future]);
    assert.equal(byId.exitCode, 0, byId.output);
    assert.match(byId.report.warning ?? "", /dated in the future/);
    assert.equal(await readFile(join(world.target, "night"), "utf8"), "future");
  });

  inBothShells("restores a snapshot that a repair altered by its id only, and says what is in it", (world) =>
    restoreAltered(world, {}, /2 files, 97\.6 KiB, verified/),
  );

  inBusybox("compares all paths of a snapshot with what it says of itself", async (world) => {
    await mkdir(world.path("further"));
    await writeFile(join(world.path("further"), "file"), "further");
    await restoreAltered(world, { BACKUP_PATHS: world.path("further") }, /2 files, 97\.6 KiB, verified/);
  });

  inBothShells("restores and counts only BACKUP_PATH of a snapshot of several paths", async (world) => {
    await withRepository(world);
    await mkdir(world.path("further"));
    await writeFile(join(world.path("further"), "big"), Buffer.alloc(500_000));
    await world.run("backup.sh", [], { env: { BACKUP_PATHS: world.path("further") } });
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.deepEqual([report.files, report.bytes, report.warning], [1, 100_000, undefined]);
    assert.deepEqual(await readdir(world.target), ["jira.zip"]);
  });

  inBothShells("restores no snapshot that holds no file", async (world) => {
    await withRepository(world);
    await rm(join(world.source, "jira.zip"));
    await mkdir(join(world.source, "empty"));
    await backUp(world, "2026-03-28 23:10:00");
    const { exitCode, report } = await world.run("restore.sh");
    assert.equal(exitCode, 65);
    assert.match(report.message, /holds no file/);
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

/** What a restore has left beside or in the target. */
async function leftovers(world: World): Promise<string[]> {
  const names = [...(await readdir(world.folder)), ...(await readdir(world.target))];
  return names.filter((name) => name.startsWith(".restic-backup-restore."));
}

async function backUp(world: World, time: string): Promise<string> {
  const output = await world.restic("backup", "--json", "--host", "jira-backup", "--time", time, world.source);
  return JSON.parse(output.split("\n").at(-1) ?? "").snapshot_id;
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
    ids.push(await backUp(world, time));
  }
  const [first, third, second] = ids as [string, string, string];
  return [first, second, third];
}

/** restic leaves no mark on what `repair snapshots --forget` has taken files out of. */
async function restoreAltered(world: World, env: Record<string, string>, contents: RegExp): Promise<void> {
  await withRepository(world);
  const good = (await world.run("backup.sh", [], { env })).report.snapshot;
  await writeFile(join(world.source, "export.zip"), randomBytes(3_000_000));
  await world.run("backup.sh", [], { env });
  await loseLargestPack(world);
  const listed = JSON.parse(await world.restic("snapshots", "--json")) as { id: string; tags?: string[] }[];
  assert.deepEqual(listed[1]?.tags, undefined);
  const altered = listed.find(({ id }) => id !== good)?.id as string;
  const latest = await world.run("restore.sh", [], { env });
  assert.equal(latest.exitCode, 0, latest.output);
  assert.equal(latest.report.snapshot, good);
  assert.match(latest.report.warning ?? "", /1 newer snapshot was passed over \(1 altered by a repair\)/);
  await rm(world.target, { recursive: true });
  const { exitCode, output, report } = await world.run("restore.sh", [altered], { env });
  assert.equal(exitCode, 3, output);
  assert.match(
    report.warning ?? "",
    /something has altered it since it was made; it held \d files, 2\.9 MiB, when it was made/,
  );
  assert.match(report.message, contents);
  assert.match(report.message, /This is not all that was to be backed up: something has altered it/);
  assert.deepEqual([report.files, report.bytes], [2, 100_000]);
}

/** The largest pack is lost, and the repository repaired as restic's manual says. */
async function loseLargestPack(world: World): Promise<void> {
  const paths = (await packs(world)).map((name) => join(world.repository, "data", name.slice(0, 2), name));
  const sizes = await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
  await rm(sizes.sort((one, other) => other.size - one.size)[0]?.path as string);
  await dropCache(world);
  await world.restic("repair", "index");
  await world.restic("repair", "snapshots", "--forget");
}
