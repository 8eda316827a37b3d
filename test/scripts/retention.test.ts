import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import { aroundBackup, countedRestic, night, notes, snapshots } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";
import { zip } from "./zip";

describe("retention.sh", function () {
  this.timeout(240_000);

  inBothShells("opens the repository twice, and once more to remove what is expired", async (world) => {
    await withRepository(world);
    const env = await countedRestic(world);
    const rules = { ...env, BACKUP_RETENTION: "--keep-last=1", BACKUP_MAX_SHRINK: "50" };
    assert.equal((await world.run("backup.sh", [], { env: rules })).report.retention, "1 snapshot kept, 0 removed");
    assert.equal(await openings(world), 2);
    assert.equal((await world.run("backup.sh", [], { env: rules })).report.retention, "1 snapshot kept, 1 removed");
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
    assert.equal(report.retention, "1 snapshot kept, 1 removed");
    assert.equal(JSON.parse(await world.restic("snapshots", "--json")).length, 5);
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

  inBothShells("removes nothing of an instance that backs this path up beside others", async (world) => {
    await withRepository(world);
    const other = { BACKUP_PATH: world.path("other"), BACKUP_PATHS: world.source, BACKUP_MIN_FILES: "0" };
    await mkdir(world.path("other"));
    await writeFile(join(world.path("other"), "jira.sql"), "select 1");
    await night(world, other);
    await night(world, other);
    await night(world, { BACKUP_RETENTION: "--keep-last=1" });
    const { report } = await night(world, { BACKUP_RETENTION: "--keep-last=1" });
    assert.equal(report.retention, "3 snapshots kept, 1 removed");
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
    const first = await world.run("backup.sh");
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
    inBothShells("backs up what has shrunk, warns, and removes nothing that is larger", async (world) => {
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
        /shrunk by more than 50 percent, from 2 files and 97\.6 KiB to 1 file and 1 B/,
      );
      assert.equal(
        report.retention,
        "2 snapshots kept, 0 removed; what is larger is kept, because the source has shrunk",
      );
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
      assert.equal(report.retention, "1 snapshot kept, 1 removed");
    });
  });

  describe("what the source has lost", () => {
    const rules = { BACKUP_MAX_SHRINK: "50", BACKUP_RETENTION: "--keep-last=2" };

    inBothShells("stays until a human accepts the new size, night after night", async (world) => {
      await withRepository(world);
      for (const name of ["a", "b", "c", "d"]) {
        await writeFile(join(world.source, name), "x");
      }
      const whole = [await night(world, rules), await night(world, rules)].map(({ report }) => report.snapshot);
      for (const name of ["jira.zip", "b", "c"]) {
        await rm(join(world.source, name));
      }
      const killed = await aroundBackup(world, { after: "kill -KILL $PPID; exit" });
      assert.equal((await world.start("backup.sh", [], { env: { ...rules, ...killed } }).outcome).exitCode, undefined);
      for (let tries = 0; tries < 3; tries++) {
        const { report } = await night(world, rules);
        assert.match(report.warning ?? "", /shrunk by more than 50 percent, from 5 files and .* to 2 files and/);
        assert.match(report.warning ?? "", /2 older snapshots that hold more are kept.*backup\.sh --accept-shrink/);
        assert.match(report.retention ?? "", /what is larger is kept, because the source has shrunk$/);
        const ids = (await snapshots(world)).map(({ id }) => id);
        assert.deepEqual(ids.slice(0, 2), whole);
        assert.equal(ids.length, 4, "of the small ones, the rules keep two");
      }
      const accepted = await world.run("backup.sh", ["--accept-shrink"], { env: rules });
      assert.equal(accepted.exitCode, 0, accepted.output);
      assert.equal(accepted.report.warning, undefined);
      assert.equal(accepted.report.retention, "2 snapshots kept, 3 removed");
      assert.equal((await night(world, rules)).report.warning, undefined);
      assert.equal((await snapshots(world)).length, 2);
      await rm(join(world.source, "a"));
      await rm(join(world.source, "d"));
      await writeFile(join(world.source, "e"), "");
      assert.match((await night(world, rules)).report.warning ?? "", /shrunk by more than 50 percent/);
    });

    inBothShells("stays though it is partial nights that come between", async (world) => {
      await withRepository(world);
      const whole = (await night(world, rules)).report.snapshot;
      await writeFile(join(world.source, "jira.zip"), zip("small.xml"));
      await world.restic("backup", "--host", "jira-backup", "--tag", "partial", world.source);
      await night(world, rules);
      await night(world, rules);
      await night(world, rules);
      assert.ok((await snapshots(world)).some(({ id }) => id === whole));
    });
  });

  describe("a run that is tried again", () => {
    const rules = { BACKUP_RETENTION: "--keep-last=3", BACKUP_JOB: "1fc31c58-d6bf-4956-abb1-b3d1b36a8e46" };

    inBothShells("is no run of its own, and runs of their own lose nothing to each other", async (world) => {
      await withRepository(world);
      await nightsBefore(world, [3, 2, 1]);
      const failing = await lockedOut(world);
      const written: (string | undefined)[] = [];
      for (const job of ["a", "b", ""]) {
        const { exitCode, output, report } = await world.run("backup.sh", [], {
          env: { ...rules, ...failing, BACKUP_JOB: job },
        });
        assert.equal(exitCode, 11, output);
        written.push(report.snapshot);
      }
      const { report } = await night(world, { ...rules, BACKUP_JOB: "c" });
      assert.equal(report.retention, "4 snapshots kept, 3 removed");
      assert.deepEqual(
        (await snapshots(world)).map(({ id }) => id),
        [...written, report.snapshot],
      );
    });

    for (const [title, code, fail] of [
      ["after it was locked out", 11, lockedOut],
      [
        "after SIGTERM",
        130,
        (world: World) => aroundBackup(world, { after: "trap '' TERM; kill -TERM $PPID; sleep 0.3" }),
      ],
      ["after SIGTERM during the list", 130, stoppedAtTheList],
      ["after its list failed", 1, listFailed],
    ] as const) {
      inBothShells(`${title}, takes no places of other nights`, async (world) => {
        await withRepository(world);
        const nights = await nightsBefore(world, [3, 2, 1]);
        const failing = await fail(world);
        for (let tries = 0; tries < 3; tries++) {
          const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...rules, ...failing } });
          assert.equal(exitCode, code, output);
          assert.match(report.message, /Snapshot [0-9a-f]{8} (is|was) written|Stopped by SIGTERM/);
        }
        assert.equal((await notes(world, "unsettled")).length, 0, "the snapshots themselves say of which Job they are");
        const { report } = await night(world, rules);
        assert.equal(report.retention, "3 snapshots kept, 4 removed");
        assert.deepEqual(
          (await snapshots(world)).map(({ id }) => id),
          [...nights.slice(1), report.snapshot],
        );
      });
    }

    inBothShells("after SIGKILL, takes no place of another night", async (world) => {
      await withRepository(world);
      const nights = await nightsBefore(world, [3, 2, 1]);
      const killed = await aroundBackup(world, { after: "kill -KILL $PPID; exit" });
      // The watch, which outlives its script by one look, looks each second then.
      const env = { ...rules, ...killed, RESTIC_PROGRESS_FPS: "1" };
      assert.equal((await world.start("backup.sh", [], { env }).outcome).exitCode, undefined);
      const { report } = await night(world, rules);
      assert.equal(report.retention, "3 snapshots kept, 2 removed");
      const left = await snapshots(world);
      assert.deepEqual(
        left.map(({ id }) => id),
        [...nights.slice(1), report.snapshot],
      );
      assert.deepEqual(left.at(-1)?.tags, [`of-job:${rules.BACKUP_JOB}`]);
    });
  });

  describe("a clock that was wrong, or a pause", () => {
    inBothShells("removes not all that was there before", async (world) => {
      await withRepository(world);
      const nights = await nightsBefore(world, [46, 45, 44, 43, 42]);
      const rules = { BACKUP_RETENTION: "--keep-within=30d" };
      for (let tries = 0; tries < 2; tries++) {
        const { report } = await night(world, rules);
        assert.match(report.retention ?? "", /^skipped for a week after a pause/);
        assert.match(report.warning ?? "", /No backup was made for 4\d days before/);
      }
      assert.deepEqual(
        (await snapshots(world)).slice(0, 5).map(({ id }) => id),
        nights,
      );
    });

    inBothShells("does not stop rules that count", async (world) => {
      await withRepository(world);
      await nightsBefore(world, [46, 45, 44, 43, 42]);
      const { report } = await night(world, { BACKUP_RETENTION: "--keep-daily=3\n--keep-last=3" });
      assert.equal(report.retention, "3 snapshots kept, 3 removed");
    });
  });

  inBothShells(
    "removes partial ones that the rules would not keep when a newer complete one is a week older, and no sooner",
    async (world) => {
      await withRepository(world);
      const partial = ["partial"];
      const [old, , young] = await nightsBefore(world, [20, 10, 3, 2], { 20: partial, 3: partial });
      const all = await night(world, { BACKUP_RETENTION: "--keep-last=10" });
      assert.equal(all.report.retention, "5 snapshots kept, 0 removed");
      const { report } = await night(world, { BACKUP_RETENTION: "--keep-last=4" });
      assert.equal(report.retention, "5 snapshots kept, 1 removed");
      const ids = (await snapshots(world)).map(({ id }) => id);
      assert.deepEqual([ids.includes(old as string), ids.includes(young as string)], [false, true]);
    },
  );

  inBothShells("counts snapshots with other tags together", async (world) => {
    await withRepository(world);
    await nightsBefore(world, [5, 4, 3, 2, 1], { 5: ["a"], 4: ["b"], 3: ["c"], 2: ["a", "b"] });
    const { report } = await night(world, { BACKUP_RETENTION: "--keep-last=2", BACKUP_TAGS: "d" });
    assert.equal(report.retention, "2 snapshots kept, 4 removed");
  });

  for (const [title, spoil] of [
    ["is cut", (path: string) => truncate(path, 40)],
    ["is empty", (path: string) => truncate(path, 0)],
    ["is lost while it is listed", undefined],
  ] as const) {
    inBothShells(`removes nothing when the object of a snapshot ${title}`, async (world) => {
      await withRepository(world);
      const [first] = await nightsBefore(world, [3, 2, 1]);
      const path = join(world.repository, "snapshots", first as string);
      await chmod(path, 0o600);
      const words = `could not load snapshot ${"0".repeat(8)}: LoadRaw(<snapshot/0123456789>): open: no such file or directory`;
      const env = await fakeRestic(
        world,
        `case "$*" in *" backup "*) exec "$real" "$@" ;; *snapshots*) ${spoil === undefined ? `echo "${words}" >&2` : ":"} ;; esac; exec "$real" "$@"`,
      );
      await spoil?.(path);
      const { exitCode, output, report } = await world.run("backup.sh", [], {
        env: { ...env, BACKUP_RETENTION: "--keep-last=1" },
      });
      assert.equal(exitCode, spoil === undefined ? 1 : 67, output);
      assert.match(report.message, /Snapshot [0-9a-f]{8} (is|was) written/);
      assert.equal((await readdir(join(world.repository, "snapshots"))).length, 6, "five snapshots, and a note");
    });
  }

  inBothShells("neither counts nor removes a snapshot that is dated in the future", async (world) => {
    await withRepository(world);
    const ahead = await world.restic("backup", "--host", "jira-backup", "--time", "2099-01-01 00:00:00", world.source);
    assert.match(ahead, /saved/);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(exitCode, 0);
    assert.equal(report.retention, "2 snapshots kept, 1 removed");
    assert.match(report.warning ?? "", /Snapshot [0-9a-f]{8} is dated in the future, 2099-01-01/);
    const left = await snapshots(world);
    assert.deepEqual(
      left.map(({ id }) => id === report.snapshot),
      [true, false],
    );
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
    assert.equal(report.retention, "1 snapshot kept, 1 removed");
    assert.equal(output.match(/Removing 1 snapshot by the retention policy/g)?.length, 2);
  });
});

/** Snapshots of what the world's source holds, so many days ago, oldest first. Returns their ids. */
async function nightsBefore(
  world: World,
  days: readonly number[],
  tags: Readonly<Record<number, readonly string[]>> = {},
): Promise<string[]> {
  await world.restic("backup", "--host", "another", world.source);
  const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json", "--host", "another"));
  return writeSnapshots(
    world.repository,
    secrets[0] as string,
    days.map((age) => ({
      time: new Date(Date.now() - age * 86_400_000).toISOString(),
      host: "jira-backup",
      paths: [world.source],
      tree,
      files: 1,
      bytes: 100_000,
      ...(tags[age] === undefined ? {} : { tags: tags[age] }),
    })),
  );
}

async function failingRestic(world: World, script: string): Promise<Record<string, string>> {
  await rm(world.path("fake"), { recursive: true, force: true });
  return fakeRestic(world, script);
}

/** Another restic reads the repository all the time, so that nothing can be removed. */
function lockedOut(world: World) {
  return failingRestic(world, 'case "$*" in *forget*) exit 11 ;; esac; exec "$real" "$@"');
}

function stoppedAtTheList(world: World) {
  return failingRestic(
    world,
    `case "$*" in *--json\\ snapshots*) kill -TERM $PPID; sleep 2 ;; esac; exec "$real" "$@"`,
  );
}

function listFailed(world: World) {
  return failingRestic(
    world,
    `case "$*" in *--json\\ snapshots*) echo "Fatal: the server is away" >&2; exit 1 ;; esac; exec "$real" "$@"`,
  );
}

async function openings(world: World): Promise<number> {
  const lines = (await readFile(world.path("openings"), "utf8")).trimEnd().split("\n");
  await rm(world.path("openings"));
  return lines.length;
}
