import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packs } from "./damage-repository";
import { aroundBackup, countedRestic, filesIn, night, notes, snapshots } from "./nights";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, until, withRepository } from "./test-repository";

const strict = { BACKUP_RETENTION: "--keep-last=1" };

/** What another process does to the source while restic reads it, and how that is told. */
const changes: readonly [string, string, RegExp][] = [
  [
    "is rewritten in place, as long as it was",
    "printf y | dd of=jira.zip bs=1 seek=500 conv=notrunc 2>/dev/null",
    /1 changed/,
  ],
  [
    "is rewritten, and its date put back",
    "touch -r jira.zip ../date; printf y >>jira.zip; touch -r ../date jira.zip",
    /1 changed/,
  ],
  ["is replaced by another one", "cp jira.zip new; mv new jira.zip", /1 changed/],
  ["grows", "echo more >>deep/log", /1 changed/],
  ["comes", "echo new >deep/new", /1 came/],
  ["goes", "rm deep/log", /1 went/],
  ["moves with its directory", "mv deep deeper", /came/],
];

describe("judge-snapshot.sh", function () {
  this.timeout(240_000);

  for (const moment of ["before", "after"] as const) {
    for (const [title, change, told] of changes) {
      inBothShells(`marks what may be half written: a file ${title}, right ${moment} restic reads`, async (world) => {
        await withRepository(world);
        await mkdir(join(world.source, "deep"));
        await writeFile(join(world.source, "deep", "log"), "x");
        await night(world);
        const env = await aroundBackup(world, { [moment]: `(cd ${world.source} && ${change})` });
        const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...env, ...strict } });
        // restic has read all of what had come to rest before it began: its snapshot is good.
        const expected = moment === "before" ? 0 : 75;
        assert.equal(exitCode, expected, output);
        if (expected === 75) {
          assert.match(report.message, /^The source changed while it was read \(.*\), so snapshot [0-9a-f]{8} may/);
          assert.match(report.message, told);
          assert.match(report.retention ?? "", /^skipped/);
          const [first, second] = await snapshots(world);
          assert.deepEqual([first?.tags, second?.tags, second?.id], [undefined, ["partial"], report.snapshot]);
          assert.equal((await night(world, strict)).report.retention, "2 snapshots kept, 1 removed");
        } else {
          assert.equal((await snapshots(world)).length, 1);
        }
      });
    }
  }

  inBothShells("does not ask for rest of what is excluded, or of what may change", async (world) => {
    await withRepository(world);
    const change = { after: `echo more >>${world.source}/app.log` };
    const excluded = await night(world, { ...(await aroundBackup(world, change)), BACKUP_EXCLUDES: "*.log" });
    assert.equal(excluded.report.warning, undefined);
    assert.deepEqual(await filesIn(world), [join(world.source, "jira.zip")]);
    await night(world, { ...(await aroundBackup(world, change)), BACKUP_ACCEPT_CHANGES: "yes" });
    const { exitCode } = await world.run("backup.sh", [], { env: await aroundBackup(world, change) });
    assert.equal(exitCode, 75);
  });

  inBothShells("looks not even at the source before it marks what could not be read", async (world) => {
    await withRepository(world);
    const error = { message_type: "error", error: { message: "x: permission denied" }, item: "/x" };
    const fake = await aroundBackup(world, { after: `code=3; echo '${JSON.stringify(error)}' >&2` });
    const file = join(world.path("fake"), "restic");
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace(
        "case",
        'case "$*" in *" tag "*) "$real" "$@"; kill -KILL $PPID; exit ;; esac\ncase',
      ),
    );
    const { exitCode } = await world.start("backup.sh", [], {
      // The watch, which outlives its script by one look, looks each second then.
      env: { ...fake, RESTIC_PROGRESS_FPS: "1" },
    }).outcome;
    assert.equal(exitCode, undefined);
    assert.deepEqual((await snapshots(world)).at(-1)?.tags, ["partial"]);
  });

  inBothShells("marks nothing where only what is left out has changed", async (world) => {
    await withRepository(world);
    const fake = await aroundBackup(world, { after: `echo x >>${join(world.source, "a.log")}` });
    const { report, output } = await night(world, { ...fake, BACKUP_EXCLUDES: "*.log" });
    assert.match(output, /Files changed during the backup/);
    const [only, ...others] = await snapshots(world);
    assert.deepEqual([others, only?.tags, only?.id], [[], undefined, report.snapshot]);
    assert.equal((await world.run("restore.sh")).report.snapshot, report.snapshot);
  });

  inBothShells("marks a snapshot of less than the guards demand", async (world) => {
    await withRepository(world);
    await night(world);
    const emptied = `rm -r ${world.source}; mkdir ${world.source}`;
    for (const [env, told] of [
      [{ BACKUP_EXCLUDES: "*" }, /holds no file of/],
      [{ BACKUP_EXCLUDES: "*.zip" }, /holds no file of/],
      [{ BACKUP_MIN_BYTES: "100000", BACKUP_EXCLUDE_LARGER_THAN: "50K" }, /holds no file of/],
      [await aroundBackup(world, { before: emptied }), /holds no file of/],
    ] as const) {
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...env, ...strict } });
      assert.equal(exitCode, 65, output);
      assert.match(report.message, told);
      assert.match(report.message, /It is marked as partial, and retention was skipped/);
    }
    const tags = (await snapshots(world)).map((snapshot) => snapshot.tags?.[0]);
    assert.deepEqual(tags, [undefined, "partial", "partial", "partial", "partial"]);
  });

  inBothShells("counts BACKUP_PATH by itself where there are more paths", async (world) => {
    await withRepository(world);
    const dump = world.path("dump");
    await mkdir(dump);
    await writeFile(join(dump, "a"), "x");
    await writeFile(join(dump, "b"), "x");
    const env = { BACKUP_PATHS: dump };
    assert.equal((await night(world, { ...env, BACKUP_MIN_FILES: "1" })).report.files, 3);
    await writeFile(join(world.source, "app.log"), "x");
    for (const [more, told] of [
      [{ BACKUP_EXCLUDES: `${world.source}/*` }, /holds no file of .*export/],
      [{ BACKUP_EXCLUDES: "*.log", BACKUP_MIN_FILES: "2" }, /holds 1 file of .*export, fewer than the 2/],
      [{ BACKUP_EXCLUDES: "*.zip", BACKUP_MIN_BYTES: "2" }, /holds 1 byte of .*export, fewer than the 2/],
    ] as const) {
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...env, ...more } });
      assert.equal(exitCode, 65, output);
      assert.match(report.message, told);
    }
    assert.equal((await snapshots(world)).filter(({ tags }) => tags?.[0] === "partial").length, 3);
    await night(world, { ...env, BACKUP_EXCLUDES: "a" });
  });

  inBothShells(
    "opens the repository no more often for more paths, where all of them is in the snapshot",
    async (world) => {
      await withRepository(world);
      await mkdir(world.path("dump"));
      await writeFile(join(world.path("dump"), "a"), "x");
      const counted = await countedRestic(world);
      await night(world, {
        ...counted,
        BACKUP_PATHS: world.path("dump"),
        BACKUP_MIN_FILES: "1",
        BACKUP_EXCLUDES: "*.tmp",
      });
      assert.equal((await readFile(world.path("openings"), "utf8")).trimEnd().split("\n").length, 2);
    },
  );

  inBothShells("marks a snapshot of which it cannot find out what it holds", async (world) => {
    await withRepository(world);
    await mkdir(world.path("dump"));
    await writeFile(join(world.path("dump"), "a"), "x");
    const fake = await fakeRestic(
      world,
      `case "$*" in *" ls "*) echo "Fatal: the server is away" >&2; exit 1 ;; esac; exec "$real" "$@"`,
    );
    const env = { ...fake, BACKUP_PATHS: world.path("dump"), BACKUP_EXCLUDES: "nothing", ...strict };
    await writeFile(join(world.source, "nothing"), "x");
    const { exitCode, output, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 1, output);
    assert.match(report.message, /could not be listed\. It is marked as partial.*the server is away/);
    assert.deepEqual((await snapshots(world))[0]?.tags, ["partial"]);
  });

  const unreadable = `echo '{"message_type":"error","error":{"message":"open /x: input/output error"},"during":"archival","item":"/x"}' >&2; code=3`;

  inBothShells("marks what is damaged and not complete at once", async (world) => {
    await withRepository(world);
    const damage = `echo '{"message_type":"error","error":{"message":"id ${"0".repeat(64)} not found in repository"},"during":"archival","item":"/y"}' >&2`;
    const env = await aroundBackup(world, { after: `${unreadable}; ${damage}` });
    const { exitCode, output } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 67, output);
    assert.deepEqual((await snapshots(world))[0]?.tags, ["partial"]);
    assert.equal((await notes(world, "damaged")).length, 1);
  });

  inBothShells(
    "does not take an object of the repository that may not be read for a file of the source",
    async (world) => {
      await withRepository(world);
      await night(world);
      await writeFile(join(world.source, "new"), "x");
      for (const pack of await packs(world)) {
        await chmod(join(world.repository, "data", pack.slice(0, 2), pack), 0);
      }
      await rm(world.path("cache"), { recursive: true });
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: strict, squashed: true });
      assert.equal(exitCode, 1, output);
      assert.match(
        report.message,
        /holds all files, but an object of the repository could not be read: .*permission denied/,
      );
      assert.match(report.message, /Retention was skipped\. Check the rights of user 0/);
      assert.deepEqual(
        (await snapshots(world)).map(({ tags }) => tags),
        [undefined, undefined],
      );
      assert.equal((await notes(world, "unsettled")).length, 1);
    },
  );

  inBothShells("records damage when SIGTERM comes meanwhile", async (world) => {
    await withRepository(world);
    const damage = `echo '{"message_type":"error","error":{"message":"id ${"0".repeat(64)} not found in repository"},"during":"archival","item":"/y"}' >&2`;
    const env = await aroundBackup(world, { after: `trap '' TERM; kill -TERM $PPID; sleep 0.3; ${damage}` });
    const { exitCode, output } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 67, output);
    assert.equal((await notes(world, "damaged")).length, 1);
  });

  inBothShells("marks what is not complete when SIGTERM comes meanwhile", async (world) => {
    await withRepository(world);
    const wait = `: >${world.path("here")}; while [ ! -e ${world.path("go")} ]; do sleep 0.05; done`;
    const fake = await aroundBackup(world, { after: `trap '' TERM; ${wait}; ${unreadable}` });
    for (const paths of [undefined, world.path("password")]) {
      await rm(world.path("here"), { force: true });
      await rm(world.path("go"), { force: true });
      const running = world.start("backup.sh", [], { env: { ...fake, BACKUP_PATHS: paths } });
      await until("the backup", () => exists(world.path("here")));
      process.kill(running.pid, "SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await writeFile(world.path("go"), "");
      const { exitCode, output } = await running.outcome;
      assert.equal(exitCode, 3, output);
    }
    assert.deepEqual(
      (await snapshots(world)).map(({ tags }) => tags),
      [["partial"], ["partial"]],
    );
  });

  inBothShells("marks what changed, and looks at it, when SIGTERM comes meanwhile", async (world) => {
    await withRepository(world);
    const fake = await aroundBackup(world, {
      after: `trap '' TERM; echo more >>${world.source}/jira.zip; kill -TERM $PPID; sleep 0.3`,
    });
    const changed = await world.run("backup.sh", [], { env: fake });
    assert.equal(changed.exitCode, 75, changed.output);
    assert.deepEqual((await snapshots(world))[0]?.tags, ["partial"]);
    const quiet = await aroundBackup(world, { after: "trap '' TERM; kill -TERM $PPID; sleep 0.3" });
    const stopped = await world.run("backup.sh", [], { env: { ...quiet, ...strict } });
    assert.equal(stopped.exitCode, 130, stopped.output);
    assert.match(stopped.report.message, /was written and holds .*Retention was not applied/);
    assert.equal((await notes(world, "unsettled")).length, 1);
  });

  inBothShells("tells what restic says beside its success", async (world) => {
    await withRepository(world);
    const env = await aroundBackup(world, { after: 'echo "something odd happened" >&2' });
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 0);
    assert.match(report.warning ?? "", /restic ended well, but says: something odd happened/);
  });

  inBothShells("takes special files and links that do not change for rest", async (world) => {
    await withRepository(world);
    await symlink("jira.zip", join(world.source, "link"));
    await symlink("nowhere", join(world.source, "dangling"));
    await night(world);
    assert.equal((await night(world)).report.files, 1);
  });
});

async function exists(path: string): Promise<boolean> {
  const { access } = await import("node:fs/promises");
  return access(path).then(
    () => true,
    () => false,
  );
}
