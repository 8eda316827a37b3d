import assert from "node:assert/strict";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runRaw } from "../../support/raw-jq";
import { writeSnapshots } from "../../support/write-snapshots";
import { secrets } from "../checked-report";
import { corrupt, dropCache } from "../damage-repository";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { withRepository } from "../test-repository";

describe("list-restorable.sh", function () {
  this.timeout(240_000);

  inBothShells("lists what there is, and restores nothing when nothing matches", async (world) => {
    await withRepository(world);
    const empty = await world.run("restore.sh");
    assert.equal(empty.exitCode, 65);
    assert.match(empty.output, /There is no snapshot of/);
    assert.match((await world.run("restore.sh", ["--list"])).report.message, /^0 snapshots of/);
    const ids = await threeNights(world);
    const list = await world.run("restore.sh", ["--list"]);
    assert.equal(list.exitCode, 0, list.output);
    assert.match(list.output, /2026-03-28 23:10:00 CET .*jira-backup\n.*2026-03-29 23:10:00 CEST /);
    assert.match(list.report.message, /^3 snapshots of .* can be restored\.$/);
    for (const wanted of ["2020-01-01", "ffffffffffff"]) {
      const { exitCode, output, report } = await world.run("restore.sh", [wanted]);
      assert.equal(exitCode, 65);
      assert.match(
        report.message,
        /^(No complete snapshot matches|There is no snapshot with an id that begins with ffffffffffff), so nothing/,
      );
      assert.equal(report.snapshot, undefined);
      for (const id of ids) {
        assert.ok(output.includes(id.slice(0, 8)));
      }
    }
    const another = await world.run("restore.sh", [], { env: { BACKUP_HOST: "another" } });
    assert.equal(another.exitCode, 65);
    assert.equal((await readdir(world.folder)).includes("import"), false);
  });

  inBothShells("restores nothing on a guess where a snapshot cannot be read", async (world) => {
    await withRepository(world);
    const older = (await world.run("backup.sh")).report.snapshot as string;
    await writeFile(join(world.source, "new"), "new");
    const newest = (await world.run("backup.sh")).report.snapshot as string;
    const putBack = await corrupt(world, "snapshots", newest);
    await dropCache(world);
    for (const wanted of [[], ["latest"], ["2099-01-01"]]) {
      const { exitCode, report } = await world.run("restore.sh", wanted);
      assert.equal(exitCode, 67, report.message);
      assert.ok(report.message.includes(newest.slice(0, 8)), report.message);
      assert.match(report.message, new RegExp(`To restore that one, run: restore\\.sh ${older.slice(0, 8)}:`));
      assert.equal(report.snapshot, undefined);
    }
    assert.equal((await readdir(world.folder)).includes("import"), false);
    const list = await world.run("restore.sh", ["--list"]);
    assert.equal(list.exitCode, 67);
    assert.match(list.output, new RegExp(`^${older.slice(0, 8)} .*jira-backup$`, "m"));
    assert.match(list.report.message, /so the list above is not complete/);
    const byId = await world.run("restore.sh", [older.slice(0, 8)]);
    assert.equal(byId.exitCode, 0, byId.output);
    assert.match(byId.report.warning ?? "", new RegExp(`Some snapshots cannot be read: ${newest.slice(0, 8)}\\.`));
    for (const id of [newest, newest.slice(0, 8), newest.slice(0, 5)]) {
      const { exitCode, report } = await world.run("restore.sh", [id]);
      assert.equal(exitCode, 67, report.message);
      assert.match(report.message, new RegExp(`snapshot ${newest.slice(0, 8)} cannot be read; another one of`));
    }
    assert.equal((await world.run("restore.sh", ["ffffffff"])).exitCode, 65);
    await putBack();
  });

  inBusybox("records the damage of a snapshot that is asked for by its id", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const { snapshot = "" } = (await world.run("backup.sh")).report;
    await corrupt(world, "snapshots", snapshot);
    await dropCache(world);
    const { exitCode, report } = await world.run("restore.sh", [snapshot]);
    assert.equal(exitCode, 67, report.message);
    assert.match(report.message, /Retention and prune are stopped from now on/);
  });

  inBusybox("is no less careful where a snapshot may not be read", async (world) => {
    await withRepository(world);
    await world.run("backup.sh", [], { asNobody: true });
    const newest = (await world.run("backup.sh", [], { asNobody: true })).report.snapshot as string;
    await chmod(join(world.repository, "snapshots", newest), 0);
    await dropCache(world);
    const { exitCode, report } = await world.run("restore.sh", [], { asNobody: true });
    assert.equal(exitCode, 1, report.message);
    assert.match(report.message, new RegExp(`Some snapshots cannot be read: ${newest.slice(0, 8)}`));
    assert.equal((await world.run("restore.sh", ["--list"], { asNobody: true })).exitCode, 1);
  });

  inBothShells("restores a snapshot of ours among thousands, and shows them", async (world) => {
    await withRepository(world);
    const id = await backUp(world, "2026-11-01 00:00:00");
    const specs = Array.from({ length: 3000 }, (_, hour) => ({
      time: new Date(Date.UTC(2016, 0, 1, hour)).toISOString(),
      host: "jira-backup",
      paths: [world.source],
      ...(hour % 2 === 0 ? { tags: ["partial"] } : {}),
    }));
    writeSnapshots(world.repository, secrets[0] as string, specs);
    const list = await world.run("restore.sh", ["--list"]);
    assert.equal(list.output.split("\n").filter((line) => line.includes(" jira-backup")).length, 3001);
    assert.match(list.report.message, /^3001 snapshots/);
    const { exitCode, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0);
    assert.equal(report.snapshot, id);
  });
});

describe("unread-snapshots.jq", () => {
  it("names each snapshot once, and none that was read in the end", async () => {
    const [one, other, third] = ["1", "2", "3"].map((digit) => digit.repeat(64));
    const said = [
      `Load(<snapshot/${third?.slice(0, 10)}>, 0, 0) returned error, retrying after 1.2s: broken pipe`,
      `Ignoring "${other}": failed to load snapshot ${other?.slice(0, 8)}: LoadRaw(<snapshot/${other?.slice(0, 10)}>): invalid data returned`,
      `Ignoring "${one}": failed to load snapshot ${one?.slice(0, 8)}: ciphertext verification failed`,
    ];
    assert.equal(await runRaw("unread-snapshots", "-Rrs", said.join("\n")), "11111111, 22222222");
    assert.equal(await runRaw("unread-snapshots", "-Rrs", "Fatal: something else"), "");
  });
});

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
