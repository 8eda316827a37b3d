import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("retention.sh", function () {
  this.timeout(60_000);

  inBothShells("opens the repository twice, and once more to remove what is expired", async (world) => {
    await withRepository(world);
    const env = await counted(world);
    const rules = { ...env, BACKUP_RETENTION: "--keep-last=1", BACKUP_MAX_SHRINK: "50" };
    assert.equal((await world.run("backup.sh", [], { env: rules })).report.retention, "1 snapshots kept, 0 removed");
    assert.equal(await openings(world), 2);
    assert.equal((await world.run("backup.sh", [], { env: rules })).report.retention, "1 snapshots kept, 1 removed");
    assert.equal(await openings(world), 3);
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
    assert.equal(await openings(world), 2);
  });

  inBothShells("keeps other hosts and other paths", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "another", world.source);
    await world.restic("backup", "--host", "another", world.source);
    await world.restic("backup", "--host", "jira-backup", world.path("password"));
    await world.restic("backup", "--host", "jira-backup", world.path("password"));
    await world.restic("backup", "--host", "jira-backup", world.source);
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(exitCode, 0);
    assert.equal(report.retention, "1 snapshots kept, 1 removed");
    assert.equal((await snapshots(world)).length, 5);
  });

  inBothShells("applies the rules to older paths on their own, when paths were added", async (world) => {
    await withRepository(world);
    const env = { BACKUP_RETENTION: "--keep-last=2" };
    await world.run("backup.sh", [], { env });
    await world.run("backup.sh", [], { env });
    await mkdir(world.path("dump"));
    await writeFile(join(world.path("dump"), "jira.sql"), "select 1");
    const both = { ...env, BACKUP_PATHS: world.path("dump") };
    for (const retention of [
      "3 snapshots kept, 0 removed",
      "4 snapshots kept, 0 removed",
      "4 snapshots kept, 1 removed",
    ]) {
      assert.equal((await world.run("backup.sh", [], { env: both })).report.retention, retention);
    }
  });

  inBothShells("keeps what has a tag that is to be kept", async (world) => {
    await withRepository(world);
    await world.run("backup.sh", [], { env: { BACKUP_TAGS: "before upgrade" } });
    await world.run("backup.sh");
    const env = { BACKUP_RETENTION: "--keep-last=1\n--keep-tag=before upgrade" };
    assert.equal((await world.run("backup.sh", [], { env })).report.retention, "2 snapshots kept, 1 removed");
  });

  inBothShells("gives partial snapshots no place of complete ones", async (world) => {
    await withRepository(world);
    const first = await world.run("backup.sh", [], { asNobody: true });
    await world.restic("backup", "--host", "jira-backup", "--tag", "partial", world.source);
    await world.restic("backup", "--host", "jira-backup", "--tag", "partial", world.source);
    const env = { BACKUP_RETENTION: "--keep-last=2" };
    const { exitCode, output, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 0, output);
    assert.equal(report.retention, "4 snapshots kept, 0 removed");
    assert.ok((await snapshots(world)).some(({ id }) => id === first.report.snapshot));
    const more = await world.run("backup.sh", [], { env });
    assert.equal(more.report.retention, "4 snapshots kept, 1 removed");
    assert.equal((await snapshots(world)).filter(({ tags }) => tags?.includes("partial")).length, 2);
  });

  inBothShells("finishes a marking that was killed between its two steps", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const [original] = await snapshots(world);
    const env = await fakeRestic(
      world,
      `case "$*" in *"snapshots"*) exec cat "${world.path("half")}" ;; esac; exec "$real" "$@"`,
    );
    await writeFile(
      world.path("half"),
      JSON.stringify([original, { ...original, id: "f".repeat(64), tags: ["partial"], original: original?.id }]),
    );
    const list = await world.run("restore.sh", ["--list"], { env });
    assert.equal(list.output.match(/partial: files are missing/g)?.length, 2);
    assert.equal((await world.run("restore.sh", [], { env })).exitCode, 65);
  });

  describe("BACKUP_MAX_SHRINK", () => {
    inBothShells("backs up what has shrunk, warns, and removes nothing", async (world) => {
      await withRepository(world);
      await writeFile(join(world.source, "small.txt"), "x");
      const env = { BACKUP_MAX_SHRINK: "50", BACKUP_RETENTION: "--keep-last=1" };
      assert.equal((await world.run("backup.sh", [], { env })).report.warning, undefined);
      await rm(join(world.source, "jira.zip"));
      const { exitCode, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 0);
      assert.equal(report.result, "success");
      assert.match(
        report.warning ?? "",
        /shrunk by more than 50 percent, from 2 files and 97\.6 KiB to 1 files and 1 B/,
      );
      assert.match(report.retention ?? "", /skipped.*shrunk/);
      assert.equal((await snapshots(world)).length, 2);
    });

    inBothShells("counts files too, and compares with complete snapshots only", async (world) => {
      await withRepository(world);
      for (const name of ["a", "b", "c"]) {
        await writeFile(join(world.source, name), "x");
      }
      const env = { BACKUP_MAX_SHRINK: "20" };
      await world.run("backup.sh", [], { env });
      await rm(join(world.source, "a"));
      await world.restic("backup", "--host", "jira-backup", "--tag", "partial", world.source);
      const { report } = await world.run("backup.sh", [], { env });
      assert.match(report.warning ?? "", /from 4 files and .* to 3 files/);
    });

    inBothShells("says nothing about what has shrunk just so much", async (world) => {
      await withRepository(world);
      for (const name of ["a", "b", "c"]) {
        await writeFile(join(world.source, name), "x");
      }
      const env = { BACKUP_MAX_SHRINK: "25", BACKUP_RETENTION: "--keep-last=1" };
      await world.run("backup.sh", [], { env });
      await rm(join(world.source, "a"));
      const { exitCode, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 0);
      assert.equal(report.warning, undefined);
      assert.equal(report.retention, "1 snapshots kept, 1 removed");
    });
  });

  inBothShells("removes nothing when a snapshot of a date to come would outlive the newest one", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", "--time", "2099-01-01 00:00:00", world.source);
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(exitCode, 0);
    assert.match(report.retention ?? "", /clock is wrong/);
    assert.match(report.warning ?? "", /date to come/);
    assert.equal((await snapshots(world)).length, 2);
  });

  inBothShells(
    "takes it for failed when snapshots could not be removed, whatever restic's exit code",
    async (world) => {
      await withRepository(world);
      await world.restic("backup", "--host", "jira-backup", world.source);
      for (const code of [0, 3]) {
        await rm(world.path("fake"), { recursive: true, force: true });
        const env = await fakeRestic(
          world,
          `case "$*" in *dry-run*) ;; *forget*) echo "unable to remove <snapshot/1234> from the repository" >&2; exit ${code} ;; esac
        exec "$real" "$@"`,
        );
        const { exitCode, report } = await world.run("backup.sh", [], {
          env: { ...env, BACKUP_RETENTION: "--keep-last=1" },
        });
        assert.equal(exitCode, 1);
        assert.equal(report.retention, "failed");
        assert.match(report.message, /is written and safe, but .*unable to remove/);
      }
    },
  );

  inBothShells("looks again when another restic came between the list and the removal", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const env = await fakeRestic(
      world,
      `case "$*" in *dry-run*) ;; *forget*) [ -e ${world.path("once")} ] || { : >${world.path("once")}; exit 11; } ;; esac
      exec "$real" "$@"`,
    );
    const { exitCode, output, report } = await world.run("backup.sh", [], {
      env: { ...env, BACKUP_RETENTION: "--keep-last=1" },
    });
    assert.equal(exitCode, 0, output);
    assert.equal(report.retention, "1 snapshots kept, 1 removed");
    assert.equal(output.match(/Applying the retention policy/g)?.length, 2);
  });
});

interface Snapshot {
  readonly id: string;
  readonly tags?: readonly string[];
}

async function snapshots(world: World): Promise<Snapshot[]> {
  return JSON.parse(await world.restic("snapshots", "--json"));
}

/** A restic that writes down each time that it opens the repository. */
function counted(world: World) {
  return fakeRestic(world, `echo "$*" >>${world.path("openings")}; exec "$real" "$@"`);
}

async function openings(world: World): Promise<number> {
  const lines = (await readFile(world.path("openings"), "utf8")).trimEnd().split("\n");
  await rm(world.path("openings"));
  return lines.length;
}
