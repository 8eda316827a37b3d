import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

describe("selection.sh", function () {
  this.timeout(240_000);

  inBothShells("backs several paths up, odd names too, and restores BACKUP_PATH out of them", async (world) => {
    await withRepository(world);
    const dump = world.path("pg dump $(date) [*]");
    await mkdir(join(dump, "lost+found"), { recursive: true });
    await writeFile(join(dump, "lost+found", "#1"), "x");
    await writeFile(join(dump, "jira.sql"), "select 1");
    const single = world.path("single.file");
    await writeFile(single, "single");
    const env = { BACKUP_PATHS: `${dump}\n\n${single}\n` };
    const { exitCode, output, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 0, output);
    assert.equal(report.files, 3);
    const [snapshot] = JSON.parse(await world.restic("snapshots", "--json"));
    assert.deepEqual([...snapshot.paths].sort(), [world.source, dump, single].sort());
    assert.doesNotMatch(await world.restic("ls", "latest"), /lost\+found/);

    assert.match((await world.run("restore.sh", ["--list"])).output, /jira-backup {2}also .*pg dump \$\(date\) \[\*\]/);
    const restored = await world.run("restore.sh", [], { env });
    assert.equal(restored.exitCode, 0, restored.output);
    assert.equal(restored.report.files, 1);
    assert.equal(restored.report.bytes, 100_000);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("leaves out what is to be left out, and nothing else", async (world) => {
    await withRepository(world);
    const put = async (name: string, content: string | Buffer) => {
      await mkdir(join(world.source, name, ".."), { recursive: true });
      await writeFile(join(world.source, name), content);
    };
    await put("kept one.log", "x");
    await put("old log.txt", "x");
    await put("log.txt", "x");
    await put("tmp/a", "x");
    await put("cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    await put("cache/b", "x");
    await put("no backup/.no backup", "");
    await put("no backup/c", "x");
    await put("large", Buffer.alloc(300_000));
    const everything = await left(world, {});
    const without = await left(world, {
      BACKUP_EXCLUDES: "old log.txt\n  \n*/tmp\n$(touch nothing)",
      BACKUP_EXCLUDE_CACHES: "yes",
      BACKUP_EXCLUDE_IF_PRESENT: ".no backup",
      BACKUP_EXCLUDE_LARGER_THAN: "200K",
    });
    const gone = everything.filter((name) => !without.includes(name));
    assert.deepEqual(gone.sort(), ["cache/b", "large", "no backup/c", "old log.txt", "tmp/a"].sort());
  });

  inBothShells("gives the snapshot its tags", async (world) => {
    await withRepository(world);
    const { exitCode, output } = await world.run("backup.sh", [], { env: { BACKUP_TAGS: "before upgrade\n*\njira" } });
    assert.equal(exitCode, 0, output);
    const [snapshot] = JSON.parse(await world.restic("snapshots", "--json"));
    assert.deepEqual(snapshot.tags, ["before upgrade", "*", "jira"]);
  });

  inBothShells("writes no snapshot when a further path is missing or a link", async (world) => {
    await withRepository(world);
    const env = { BACKUP_PATHS: world.path("dump") };
    const missing = await world.run("backup.sh", [], { env });
    assert.equal(missing.exitCode, 65);
    assert.match(missing.report.message, /dump \(BACKUP_PATHS\) does not exist/);
    await symlink(world.source, world.path("dump"));
    const linked = await world.run("backup.sh", [], { env });
    assert.equal(linked.exitCode, 65);
    assert.match(linked.report.message, /symbolic link/);
    assert.equal(await world.restic("snapshots", "--json"), "[]");
    await rm(world.path("dump"));
  });

  inBothShells("refuses a path in RESTORE_PATH, which is left out, unless all of that is backed up", async (world) => {
    await withRepository(world);
    const inside = join(world.source, "import", "attachments");
    await mkdir(inside, { recursive: true });
    await writeFile(join(inside, "a"), "x");
    const RESTORE_PATH = join(world.source, "import");
    for (const env of [{ BACKUP_PATHS: inside }, { BACKUP_PATH: inside, BACKUP_PATHS: world.source }]) {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { ...env, RESTORE_PATH } });
      assert.equal(exitCode, 64, report.message);
      assert.match(report.message, /settings\. BACKUP_PATHS?: ".*attachments" lies in RESTORE_PATH, .*import, /);
    }
    const whole = { BACKUP_PATHS: inside, RESTORE_PATH: world.source };
    assert.equal((await world.run("backup.sh", [], { env: whole })).exitCode, 0);
    assert.match(await world.restic("ls", "latest"), /attachments\/a/);
  });

  inBothShells(
    "ends with 65 where everything in a further path is left out, and not where there is nothing",
    async (world) => {
      await withRepository(world);
      const [dump, empty] = [world.path("dump"), world.path("empty")];
      await mkdir(join(dump, "sub"), { recursive: true });
      await mkdir(empty);
      await writeFile(join(dump, "sub", "a.sql"), "x");
      const env = { BACKUP_PATHS: `${empty}\n${dump}`, BACKUP_EXCLUDES: "*.tmp" };
      await writeFile(join(dump, "b.tmp"), "x");
      const { exitCode, output } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 0, output);
      const lost = await world.run("backup.sh", [], { env: { ...env, BACKUP_EXCLUDES: "sub\n*.tmp" } });
      assert.equal(lost.exitCode, 65, lost.output);
      assert.match(lost.report.message, /holds no file of .*dump \(BACKUP_PATHS\), where there are some/);
      assert.deepEqual(JSON.parse(await world.restic("snapshots", "--json", "latest"))[0].tags, ["partial"]);
    },
  );

  inBothShells("reports all wrong settings at once", async (world) => {
    const env = {
      BACKUP_PATHS: `relative\n${world.source}`,
      BACKUP_TAGS: "a,b\npartial\nrestic-backup-damaged",
      BACKUP_EXCLUDE_CACHES: "no",
      BACKUP_EXCLUDE_IF_PRESENT: ".nobackup\n.\n:yes",
    };
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 64);
    for (const problem of [
      /BACKUP_PATHS: "relative"/,
      /BACKUP_PATHS: ".*" is BACKUP_PATH already/,
      /BACKUP_TAGS: "a,b" has a comma/,
      /BACKUP_TAGS: "partial"/,
      /BACKUP_TAGS: "restic-backup-damaged"/,
      /BACKUP_EXCLUDE_CACHES: "no"/,
      /BACKUP_EXCLUDE_IF_PRESENT: "\." is not the name of a file/,
      /BACKUP_EXCLUDE_IF_PRESENT: "" is not the name of a file/,
    ]) {
      assert.match(report.message, problem);
    }
  });

  inBothShells("calls a pattern or a size that restic does not understand a bad setting", async (world) => {
    await withRepository(world);
    for (const env of [
      { BACKUP_EXCLUDES: "[" },
      { BACKUP_EXCLUDE_LARGER_THAN: "2 GB" },
      { BACKUP_EXCLUDE_LARGER_THAN: "9999999T" },
    ]) {
      const { exitCode, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 64, report.message);
      assert.match(
        report.message,
        /^The backup failed: restic does not understand a setting: .* BACKUP_EXCLUDES, BACKUP_EX/,
      );
      assert.equal(await world.restic("snapshots", "--json"), "[]");
    }
  });

  inBothShells("refuses a size of nothing, which leaves out every file", async (world) => {
    await withRepository(world);
    for (const BACKUP_EXCLUDE_LARGER_THAN of ["0", "00", "0K", "-0", "K"]) {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_EXCLUDE_LARGER_THAN } });
      assert.equal(exitCode, 64, report.message);
      assert.match(report.message, /BACKUP_EXCLUDE_LARGER_THAN: ".*" would leave out every file/);
    }
    assert.equal(await world.restic("snapshots", "--json"), "[]");
  });
});

/** Names of the files in the snapshot of a backup with these settings. */
async function left(world: World, env: Record<string, string>): Promise<string[]> {
  const { exitCode, output } = await world.run("backup.sh", [], { env });
  assert.equal(exitCode, 0, output);
  const lines = (await world.restic("ls", "--json", "latest")).split("\n").filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === "file")
    .map(({ path }) => path.slice(world.source.length + 1));
}
