import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import { corrupt, packs } from "./damage-repository";
import { manifest } from "./manifest";
import { night } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

interface Listed {
  readonly id: string;
  readonly time: string;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags?: readonly string[];
}

const noteOf = (snapshot: Listed) => snapshot.paths[0]?.match(/^\/restic-backup-(.*)/)?.[1];

/** Notes are no snapshots for anybody. */
describe("notes.sh", function () {
  this.timeout(240_000);

  for (const [age, write] of [
    ["new", async (world: World) => assert.equal((await world.run("check.sh")).exitCode, 0)],
    ["old", async (world: World) => writeOldNotes(world)],
  ] as const) {
    inBothShells(`of the ${age} kind keep prune from nothing where the data's snapshot is lost`, async (world) => {
      await withRepository(world);
      const backup = await world.run("backup.sh");
      await write(world);
      await rm(join(world.repository, "snapshots", backup.report.snapshot as string));
      const before = await packs(world);
      const pruned = await world.run("prune.sh");
      assert.equal(pruned.exitCode, 65, pruned.output);
      assert.match(pruned.report.message, /Nothing was pruned: the repository lists no snapshot.*Find out where/);
      assert.deepEqual(await packs(world), before);
    });
  }

  inBothShells("and snapshots of others keep prune from nothing where one's own are lost", async (world) => {
    await withRepository(world);
    const own = await world.run("backup.sh");
    await world.restic("backup", "--host", "another", world.source);
    await world.run("check.sh");
    await rm(join(world.repository, "snapshots", own.report.snapshot as string));
    const before = await packs(world);
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 65, pruned.output);
    assert.match(pruned.report.message, /lists no snapshot of .*export of host jira-backup/);
    assert.deepEqual(await packs(world), before);
  });

  inBothShells("are never the `latest` of stock restic", async (world) => {
    await withRepository(world);
    const { report } = await world.run("backup.sh");
    const expected = await manifest(world.source);
    const [pack] = await packs(world);
    const latest = async (after: string, hasNotes: readonly string[]) => {
      const all: Listed[] = JSON.parse(await world.restic("snapshots", "--json"));
      assert.deepEqual(all.map(noteOf).filter(Boolean).sort(), hasNotes, after);
      for (const options of [
        [],
        ["--host", "jira-backup"],
        ["--path", world.source],
        ["--host", "jira-backup", "--path", world.source],
      ]) {
        const target = world.path("by-hand");
        await world.restic("restore", `latest:${world.source}`, ...options, "--target", target);
        assert.deepEqual(await manifest(target), expected, `${after}, ${options}`);
        await rm(target, { recursive: true });
        const newest: Listed[] = JSON.parse(await world.restic("snapshots", "--json", ...options, "latest"));
        if (options.length > 0) {
          assert.deepEqual(
            newest.map(({ id }) => id),
            [report.snapshot],
            after,
          );
        }
      }
    };
    await world.run("check.sh");
    await latest("after a check", ["checked"]);
    const repair = await corrupt(world, "data", (pack as string).slice(0, 2), pack as string);
    assert.equal((await world.run("check.sh")).exitCode, 67);
    await repair();
    await latest("after damage", ["checked", "damaged"]);
    // As on a server that lets nobody remove anything, where all of them stay.
    writeNotes(world, ["cleared", "unfinished", "unsettled", "accepted"]);
    await latest("after everything", ["accepted", "checked", "cleared", "damaged", "unfinished", "unsettled"]);
  });

  inBothShells("survive `forget --group-by host --keep-last 1`, and the backups too", async (world) => {
    await withRepository(world);
    for (const keep of ["--group-by=host", "--group-by=host,paths", "--group-by=paths"]) {
      const { report } = await world.run("backup.sh");
      await world.run("check.sh");
      await world.restic("forget", keep, "--keep-last", "1");
      const left: Listed[] = JSON.parse(await world.restic("snapshots", "--json"));
      assert.deepEqual(
        left.filter((one) => !noteOf(one)).map(({ id }) => id),
        [report.snapshot],
        keep,
      );
      assert.deepEqual(left.map(noteOf).filter(Boolean), ["checked"], keep);
      assert.equal((await world.run("check.sh")).exitCode, 0);
      assert.equal((await world.run("prune.sh")).exitCode, 0);
    }
  });

  inBothShells("go on saying what they said after an operator has tagged everything", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const env = { BACKUP_CHECK_PARTS: "5" };
    assert.equal((await world.run("check.sh", [], { env })).report.part, 1);
    const [pack] = await packs(world);
    const part = (Number.parseInt((pack as string).slice(0, 2), 16) % 5) + 1;
    await world.restic("tag", "--add", "seen");
    assert.equal((await world.run("check.sh", [], { env })).report.part, 2);

    await corrupt(world, "data", (pack as string).slice(0, 2), pack as string);
    const damaged = await world.run("check.sh", [], { env: { BACKUP_CHECK_PARTS: "1" } });
    assert.equal(damaged.exitCode, 67, `part ${part}: ${damaged.output}`);
    for (const change of [
      ["--add", "seen-again"],
      ["--set", "only-this"],
    ]) {
      await world.restic("tag", ...change);
      assert.equal((await world.run("prune.sh")).exitCode, 67, change.join(" "));
    }
    // Nobody marked a snapshot as damaged by the tag that damage notes have.
    assert.equal((await world.run("check.sh", ["--clear-damage"])).exitCode, 0);
    await world.restic("tag", "--add", "restic-backup-damaged");
    assert.notEqual((await world.run("prune.sh")).exitCode, 65);
  });

  inBothShells("find their snapshot after an operator has tagged and rewritten it", async (world) => {
    await withRepository(world);
    for (const name of ["a", "b", "c", "d"]) {
      await writeFile(join(world.source, name), "x");
    }
    const env = { BACKUP_MAX_SHRINK: "20", BACKUP_RETENTION: "--keep-last=9" };
    await night(world, env);
    await rm(join(world.source, "a"));
    await rm(join(world.source, "b"));
    assert.match((await night(world, env)).report.warning ?? "", /has shrunk/);
    const accepted = await world.run("backup.sh", ["--accept-shrink"], { env });
    assert.equal(accepted.report.warning, undefined, accepted.output);
    for (const change of [
      ["tag", "--add", "seen"],
      ["tag", "--add", "seen-again"],
      ["rewrite", "--forget", "--exclude", "c"],
      ["tag", "--add", "seen-at-last"],
    ]) {
      await world.restic(...change, "--host", "jira-backup");
      assert.equal((await night(world, env)).report.warning, undefined, change.join(" "));
    }
  });

  inBothShells("whose tags are nonsense stop no command", async (world) => {
    await withRepository(world);
    const { report } = await world.run("backup.sh");
    const { tree } = JSON.parse(await world.restic("cat", "snapshot", report.snapshot as string));
    const nonsense = [
      "at:",
      "at:soon",
      "at:1e400",
      "run:1.5",
      "run:nan",
      "run:-3",
      "run:99999999999999999999",
      "of:",
      "clears:",
    ];
    writeSnapshots(
      world.repository,
      secrets[0] as string,
      nonsense.map((tag) => ({
        time: "1980-01-01T00:00:00Z",
        host: "restic-backup-checked",
        paths: ["/restic-backup-checked"],
        tags: [tag, "two words", 'quote"d', "line\nend"],
        tree,
      })),
    );
    const checked = await world.run("check.sh", [], { env: { BACKUP_CHECK_PARTS: "9" } });
    assert.equal(checked.exitCode, 0, checked.output);
    assert.equal(checked.report.part, 1);
    assert.equal((await world.run("prune.sh")).exitCode, 0);
    assert.equal((await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } })).exitCode, 0);
  });
});

/** Notes as an earlier version wrote them: dated now, with the backup's host. */
function writeOldNotes(world: World): void {
  const time = new Date().toISOString();
  writeSnapshots(
    world.repository,
    secrets[0] as string,
    ["checked", "cleared"].map((kind) => ({
      time,
      host: "jira-backup",
      paths: [`/restic-backup-${kind}`],
      tags: [`restic-backup-${kind}`, "run:3"],
    })),
  );
}

function writeNotes(world: World, kinds: readonly string[]): void {
  writeSnapshots(
    world.repository,
    secrets[0] as string,
    kinds.map((kind) => ({
      time: "1980-01-01T00:00:00Z",
      host: `restic-backup-${kind}`,
      paths: [`/restic-backup-${kind}`],
      tags: [`restic-backup-${kind}`, `at:${Math.floor(Date.now() / 1000)}`],
    })),
  );
}
