import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

const badSources: readonly [string, (source: string) => Promise<void>, RegExp][] = [
  ["is missing", (source) => rm(source, { recursive: true }), /does not exist/],
  ["is empty", emptied, /no file/],
  ["holds nothing but directories", onlyDirectories, /no file/],
  ["holds nothing but lost+found", onlyLostAndFound, /no file/],
  ["is a file", file, /not a directory/],
  ["is a symbolic link", symbolicLink, /symbolic link/],
];

describe("backup.sh", function () {
  this.timeout(240_000);

  inBothShells("writes a snapshot under the fixed host and path, and one more when nothing changed", async (world) => {
    await withRepository(world);
    const first = await world.run("backup.sh");
    assert.equal(first.exitCode, 0, first.output);
    const [snapshot] = JSON.parse(await world.restic("snapshots", "--json"));
    assert.equal(snapshot.id, first.report.snapshot);
    assert.equal(snapshot.hostname, "jira-backup");
    assert.deepEqual(snapshot.paths, [world.source]);
    assert.equal(first.report.files, 1);
    assert.equal(first.report.bytes, 100_000);
    assert.ok((first.report.bytesAdded ?? 0) > 0);
    assert.match(first.report.retention ?? "", /every snapshot is kept/);

    const second = await world.run("backup.sh");
    assert.equal(second.exitCode, 0, second.output);
    assert.equal(second.report.files, 1);
    assert.notEqual(second.report.snapshot, first.report.snapshot);
    const both = JSON.parse(await world.restic("snapshots", "--json"));
    assert.equal(both[1].parent, first.report.snapshot, "without its parent, restic reads everything again");
    await world.restic("check", "--read-data");
  });

  inBothShells("applies the retention policy to its own snapshots only", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "another", world.source);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const { exitCode, output, report } = await world.run("backup.sh", [], {
      env: { BACKUP_RETENTION: "--keep-last=1\n--keep-within=1h\n\n" },
    });
    assert.equal(exitCode, 0, output);
    assert.equal(report.retention, "2 snapshots kept, 0 removed");
    const strict = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(strict.report.retention, "1 snapshot kept, 2 removed");
    const left = JSON.parse(await world.restic("snapshots", "--json"));
    assert.deepEqual(
      left.map(({ hostname }: { hostname: string }) => hostname),
      ["another", "jira-backup"],
    );
  });

  inBothShells("fails when the retention policy fails, and says that the snapshot is written", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", world.source);
    const fake = await fakeRestic(
      world,
      'case "$*" in *forget*) echo "Fatal: broken" >&2; exit 1 ;; esac; "$real" "$@"',
    );
    const { exitCode, report } = await world.run("backup.sh", [], {
      env: { ...fake, BACKUP_RETENTION: "--keep-last=1" },
    });
    assert.equal(exitCode, 1);
    assert.match(report.message, /is written and safe, but the retention policy could not be applied/);
    assert.match(report.snapshot ?? "", /^[0-9a-f]{64}$/);
    assert.equal(report.retention, "failed");
  });

  for (const [title, change, reason] of badSources) {
    inBothShells(`writes no snapshot when the source ${title}`, async (world) => {
      await withRepository(world);
      await change(world.source);
      const { exitCode, report } = await world.run("backup.sh");
      assert.equal(exitCode, 65);
      assert.match(report.message, reason);
      assert.deepEqual(await readdir(join(world.repository, "snapshots")), []);
    });
  }

  inBothShells("reports a source that it may not read", async (world) => {
    await withRepository(world);
    await chmod(world.source, 0);
    const { exitCode, report } = await world.run("backup.sh", [], { asNobody: true });
    assert.equal(exitCode, 65);
    assert.match(report.message, /cannot be read by user 65534/);
  });

  inBothShells("keeps a snapshot with unreadable files, skips retention and exits with 3", async (world) => {
    await withRepository(world);
    await world.restic("backup", "--host", "jira-backup", world.source);
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    const env = { BACKUP_RETENTION: "--keep-last=1" };
    const { exitCode, report } = await world.run("backup.sh", [], { env, asNobody: true });
    assert.equal(exitCode, 3);
    assert.equal(report.result, "partial");
    assert.match(report.message, /not complete: 1 file or directory could not be read.*secret\.zip: permission denied/);
    assert.match(report.retention ?? "", /skipped/);
    const snapshots = JSON.parse(await world.restic("snapshots", "--json"));
    assert.deepEqual(
      snapshots.map(({ tags }: { tags?: string[] }) => tags),
      [undefined, ["partial"]],
    );
    assert.equal(snapshots[1].id, report.snapshot);
  });

  inBothShells("calls a snapshot complete whose unreadable files are left out", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "secret.zip"), "unreadable", { mode: 0 });
    const env = { BACKUP_EXCLUDES: "secret.*" };
    const { exitCode, output, report } = await world.run("backup.sh", [], { env, asNobody: true });
    assert.equal(exitCode, 0, output);
    const [snapshot] = JSON.parse(await world.restic("snapshots", "--json"));
    // Nothing but the tags was changed: check.sh need not look at it, and retention counts it.
    assert.deepEqual([snapshot.id, snapshot.tags], [report.snapshot, [`whole:${snapshot.original.slice(0, 16)}`]]);
    const { output: looked } = await world.run("check.sh");
    assert.doesNotMatch(looked, /Looking at what/);
    const rules = { ...env, BACKUP_RETENTION: "--keep-last=1" };
    const { report: next } = await world.run("backup.sh", [], { env: rules, asNobody: true });
    assert.equal(next.retention, "1 snapshot kept, 1 removed");
  });

  const failsOnTheWay = `"$real" "$@" || exit
    case "$*" in *" backup "*) echo '{"message_type":"error","error":{"message":"input/output error"},"item":"/jira.zip"}' >&2; exit 3 ;; esac`;

  inBothShells("marks a snapshot as partial when a file turned unreadable on the way", async (world) => {
    await withRepository(world);
    const { exitCode, report } = await world.run("backup.sh", [], { env: await fakeRestic(world, failsOnTheWay) });
    assert.equal(exitCode, 3);
    assert.equal(report.warning, undefined);
    const [snapshot] = JSON.parse(await world.restic("snapshots", "--json"));
    assert.deepEqual([snapshot.id, snapshot.tags], [report.snapshot, ["partial"]]);
  });

  inBothShells("warns when a partial snapshot cannot be marked", async (world) => {
    await withRepository(world);
    const refused = 'case "$*" in *" tag "*) echo "unable to modify the tags for snapshot" >&2; exit 0 ;; esac';
    const env = await fakeRestic(world, `${refused}\n${failsOnTheWay}`);
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 3);
    assert.match(report.warning ?? "", /could not be marked as partial.*unable to modify the tags/);
  });

  inBothShells("never makes a repository: exits with 10", async (world) => {
    const { exitCode, report } = await world.run("backup.sh");
    assert.equal(exitCode, 10);
    assert.match(report.message, /no repository at/);
    assert.ok(!(await readdir(world.folder)).includes("repository"));
  });

  inBothShells("exits with 12 at a wrong password", async (world) => {
    await withRepository(world);
    await writeFile(world.path("password"), "another password");
    const { exitCode, report } = await world.run("backup.sh");
    assert.equal(exitCode, 12);
    assert.match(report.message, /wrong password/);
  });

  inBothShells("does nothing where the repository's volume is not mounted", async (world) => {
    await withRepository(world);
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_REPOSITORY_MOUNT: world.folder } });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not mounted/);
  });

  inBothShells("takes no exit code 0 without a snapshot for success", async (world) => {
    const env = await fakeRestic(world, "exit 0");
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /names no snapshot/);
  });

  inBothShells("leaves out lost+found of the volume, and no other", async (world) => {
    await withRepository(world);
    const source = world.path("odd [*] name");
    await mkdir(join(source, "lost+found"), { recursive: true });
    await mkdir(join(source, "deep", "lost+found"), { recursive: true });
    await writeFile(join(source, "lost+found", "#12"), "x");
    await writeFile(join(source, "deep", "lost+found", "mine"), "x");
    const { exitCode, output } = await world.run("backup.sh", [], { env: { BACKUP_PATH: source } });
    assert.equal(exitCode, 0, output);
    const listed = await world.restic("ls", "latest");
    assert.match(listed, /deep\/lost\+found\/mine/);
    assert.doesNotMatch(listed, /#12/);
  });

  inBothShells("says what to do about a full storage", async (world) => {
    await withRepository(world);
    const full = await fakeRestic(
      world,
      `echo '{"message_type":"exit_error","code":1,"message":"Fatal: write /repository/x: no space left on device"}' >&2; exit 1`,
    );
    const { exitCode, report } = await world.run("backup.sh", [], { env: full });
    assert.equal(exitCode, 1);
    assert.match(report.message, /no space left on device\. The storage is full/);
  });
});

async function emptied(source: string): Promise<void> {
  await rm(source, { recursive: true });
  await mkdir(source);
}

async function onlyLostAndFound(source: string): Promise<void> {
  await emptied(source);
  await mkdir(join(source, "lost+found"));
  await writeFile(join(source, "lost+found", "#12"), "x");
}

async function onlyDirectories(source: string): Promise<void> {
  await emptied(source);
  await mkdir(join(source, "directory"));
}

async function file(source: string): Promise<void> {
  await rm(source, { recursive: true });
  await writeFile(source, "not a directory");
}

async function symbolicLink(source: string): Promise<void> {
  await rename(source, `${source}-itself`);
  await symlink(`${source}-itself`, source);
}
