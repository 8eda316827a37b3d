import assert from "node:assert/strict";
import { chmod, chown, lchown, mkdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countedRestic, filesIn, night, snapshots } from "./nights";
import { inBothShells, inBusybox } from "./shell-under-test";
import { withRepository } from "./test-repository";

const another = 2001;

/** Names that mislead careless scripts. */
const oddNames = [
  "-rf",
  "line\nend",
  "\n//end",
  "1 2 3 4 5 6 7 8 9",
  "d 0 2026-01-01 //",
  "quotes ' \" `id` $(id)",
  "glob [*] ? \\",
  "Permission denied",
  "no such file or directory",
  " blank ",
  "before-restore-",
  ".restic-backup-restore.12345",
  ".restic-backup-restore.1234567",
  "lost+found.zip",
].map((name) => name.replaceAll("/", "∕"));

describe("scan-source.sh", function () {
  this.timeout(240_000);

  inBothShells("counts files of any name, in directories of any name", async (world) => {
    await withRepository(world);
    const source = world.path("odd [*]\\ ? source");
    await mkdir(source);
    for (const directory of ["", ...oddNames]) {
      await mkdir(join(source, directory, "in"), { recursive: true });
      for (const name of oddNames) {
        await writeFile(join(source, directory, "in", `${name}.x`), "x");
      }
    }
    const files = (oddNames.length + 1) * oddNames.length;
    const env = { BACKUP_PATH: source, BACKUP_MIN_FILES: `${files}`, BACKUP_MIN_BYTES: `${files}` };
    const { report } = await night(world, env);
    assert.deepEqual([report.files, report.bytes, report.warning], [files, files, undefined]);
    const refused = await world.run("backup.sh", [], { env: { ...env, BACKUP_MIN_FILES: `${files + 1}` } });
    assert.match(refused.report.message, new RegExp(`holds ${files} files, fewer`));
  });

  inBothShells("names the newest file whatever its name is", async (world) => {
    await withRepository(world);
    const moment = Date.now() / 1000 - 7200;
    await utimes(join(world.source, "jira.zip"), moment, moment);
    for (const name of oddNames) {
      await writeFile(join(world.source, name), "x");
      await utimes(join(world.source, name), moment + 10, moment + 10);
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_MAX_AGE: "60" } });
      assert.equal(exitCode, 65);
      const shown = Buffer.from(name)
        .toString("latin1")
        .replace(/[^ -~]/g, "?");
      assert.ok(report.message.includes(`export/${shown}, is 7`), `${report.message} does not name ${shown}`);
      await rm(join(world.source, name));
    }
  });

  inBothShells("leaves out where restore.sh puts files, and nothing of the user's own", async (world) => {
    await withRepository(world);
    const put = async (name: string) => {
      await mkdir(join(world.source, name, ".."), { recursive: true });
      await writeFile(join(world.source, name), "x");
    };
    const kept = [
      "jira.zip",
      "data/file",
      "data/import/file",
      "import2/file",
      "before-restore-notes/file",
      ".restic-restore/file",
      ".restic-backup-restore.abc/file",
      "lost+found.txt",
      "data/lost+found/file",
    ];
    const left = [
      "import/restored",
      "import/before-restore-20260101T000000Z/old",
      "data/.restic-backup-restore.a1B2c3/half",
      ".restic-backup-restore.a1B2c3/half",
      "lost+found/#1",
    ];
    for (const name of [...kept.slice(1), ...left]) {
      await put(name);
    }
    const inVolume = { RESTORE_PATH: join(world.source, "import"), BACKUP_MIN_FILES: `${kept.length}` };
    assert.match((await night(world, inVolume)).output, /Left out is .*\/import, where restore\.sh puts files/);
    const named = async () => (await filesIn(world)).map((path) => path.slice(world.source.length + 1)).sort();
    assert.deepEqual(await named(), [...kept].sort());
    const tooMany = { ...inVolume, BACKUP_MIN_FILES: `${kept.length + 1}` };
    assert.equal((await world.run("backup.sh", [], { env: tooMany })).exitCode, 65);

    // Restored into the source itself: only what a restore has set aside there.
    await put("before-restore-20260101T000000Z/old");
    await night(world, { RESTORE_PATH: world.source });
    const inPlace = [...kept, "import/restored", "import/before-restore-20260101T000000Z/old"];
    assert.deepEqual(await named(), inPlace.sort());
  });

  inBothShells("grows no snapshot by what is restored into the source, night after night", async (world) => {
    await withRepository(world);
    const env = { RESTORE_PATH: join(world.source, "import [1]") };
    for (const name of ["a", "b", "c"]) {
      assert.equal((await night(world, env)).report.files, 1);
      await mkdir(env.RESTORE_PATH, { recursive: true });
      await writeFile(join(env.RESTORE_PATH, name), "x");
    }
  });

  inBothShells("says that root may not read a source, instead of that it is empty", async (world) => {
    await withRepository(world);
    const parent = world.path("volume");
    const source = join(parent, "export");
    await mkdir(source, { recursive: true });
    await writeFile(join(source, "jira.xml"), "x");
    const refused = async (env: Record<string, string>, what: string) => {
      const { exitCode, output, report } = await world.run("backup.sh", [], { env, squashed: true });
      assert.equal(exitCode, 65, output);
      assert.ok(report.message.includes(`${what} `), report.message);
      assert.match(report.message, /read by user 0.*a file server may refuse root/);
    };
    await chown(source, another, another);
    await chmod(source, 0o700);
    await refused({ BACKUP_PATH: source }, source);
    await refused({ BACKUP_PATH: source, BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "60" }, source);
    await refused({ BACKUP_PATHS: source }, `${source} (BACKUP_PATHS)`);
    await chmod(source, 0o744);
    await refused({ BACKUP_PATH: source }, source);
    await chmod(source, 0o711);
    await refused({ BACKUP_PATH: source }, source);
    await chmod(source, 0o755);
    await chown(parent, another, another);
    await chmod(parent, 0o700);
    await refused({ BACKUP_PATH: source }, source);
    await refused({ BACKUP_PATHS: source }, `${source} (BACKUP_PATHS)`);
    await chmod(parent, 0o755);
    const deep = join(source, "deep");
    await mkdir(deep);
    await writeFile(join(deep, "a"), "x");
    await chown(deep, another, another);
    await chmod(deep, 0o700);
    await refused({ BACKUP_PATH: source, BACKUP_MIN_FILES: "2" }, source);
    await rm(join(source, "jira.xml"));
    await refused({ BACKUP_PATH: source }, `There is no file in ${source}`);
  });

  inBothShells(
    "sees beforehand what root may not read, so that a kill leaves nothing that looks complete",
    async (world) => {
      await withRepository(world);
      const seen = async () => {
        const env = await countedRestic(world);
        const { exitCode, output } = await world.run("backup.sh", [], { env, squashed: true });
        assert.equal(exitCode, 3, output);
        assert.match(await readFile(world.path("openings"), "utf8"), / backup .*--tag partial .*-- /);
        await rm(world.path("openings"));
      };
      const secret = join(world.source, "secret");
      for (const [owner, mode] of [
        [another, 0o600],
        [another, 0o640],
        [another, 0o400],
        [0, 0o044],
      ] as const) {
        await rm(secret, { force: true });
        await writeFile(secret, "x");
        await chown(secret, owner, another);
        await chmod(secret, mode);
        await seen();
      }
      await chmod(secret, 0o644);
      const deep = join(world.source, "deep");
      await mkdir(deep);
      await chown(deep, another, another);
      await chmod(deep, 0o700);
      await seen();
      const tags = (await snapshots(world)).map((snapshot) => snapshot.tags?.[0]);
      assert.deepEqual(tags, ["partial", "partial", "partial", "partial", "partial"]);
      const { exitCode, report } = await world.run("backup.sh", [], { squashed: true });
      assert.equal(exitCode, 3);
      assert.match(report.message, /1 file or directory could not be read, for example: .*deep: permission denied/);
    },
  );

  inBothShells("takes links, pipes and what dangles for no files", async (world) => {
    await withRepository(world);
    await symlink("/nowhere", join(world.source, "dangling.zip"));
    await symlink(join(world.source, "jira.zip"), join(world.source, "link.zip"));
    await lchown(join(world.source, "link.zip"), another, another);
    const { report } = await night(world, { BACKUP_MIN_FILES: "1" });
    assert.equal(report.files, 1);
    assert.equal((await world.run("backup.sh", [], { env: { BACKUP_MIN_FILES: "2" } })).exitCode, 65);
  });

  inBusybox("opens the repository twice for 10,000 files, most of which others may not read", async (world) => {
    await withRepository(world);
    await manyFiles(world.source);
    const env = await countedRestic(world);
    const { report } = await night(world, { ...env, BACKUP_MIN_FILES: "10001" });
    assert.equal(report.files, 10_001);
    assert.equal((await readFile(world.path("openings"), "utf8")).trimEnd().split("\n").length, 2);
  });

  inBothShells("backs up what a restore by hand has set aside, and names it", async (world) => {
    await withRepository(world);
    const aside = join(world.source, "before-restore-20260101T000000Z");
    for (const folder of [aside, join(world.source, "before-restore-of-mine-T123456Z")]) {
      await mkdir(folder);
      await writeFile(join(folder, "file"), "x");
    }
    const { report } = await night(world, {});
    assert.equal(report.files, 3);
    assert.equal(
      report.warning,
      `${aside}, where a restore moved what was there before, is backed up too. Remove it when nobody needs it, because it takes room in each snapshot.`,
    );
    const { report: left } = await night(world, { RESTORE_PATH: world.source });
    assert.deepEqual([left.files, left.warning], [2, undefined]);
  });
});

async function manyFiles(source: string): Promise<void> {
  for (let directory = 0; directory < 100; directory++) {
    const path = join(source, `d${directory}`);
    await mkdir(path);
    await Promise.all(Array.from({ length: 100 }, (_, n) => writeFile(join(path, `${n}`), "x", { mode: 0o600 })));
  }
}
