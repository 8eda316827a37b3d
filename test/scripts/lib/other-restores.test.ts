import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "../manifest";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { locks, until } from "../test-repository";
import { leave, mark } from "./left-restore";
import { backedUp, inPlaceOf, restored, stagings, withMount } from "./restore-trials";

describe("other-restores.sh", function () {
  this.timeout(240_000);

  inBothShells("shows no name before all is there, and succeeds after it was killed", async (world) => {
    const running = await startSlowly(world);
    assert.equal((await readdir(world.folder)).includes("import"), false);
    process.kill(-running.pid, "SIGKILL");
    await running.outcome;
    assert.equal((await readdir(world.folder)).includes("import"), false);
    assert.ok((await staged(world)) > 0);
    const [staging] = await stagings(world);
    const { output } = await restored(world, 0);
    assert.match(output, new RegExp(`Removing what an earlier restore left in ${staging}`));
    assert.deepEqual(await stagings(world), []);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("releases the lock at SIGTERM, and exits with 130", async (world) => {
    const running = await startSlowly(world);
    process.kill(running.pid, "SIGTERM");
    const { exitCode, report } = await running.outcome;
    assert.equal(exitCode, 130);
    const [staging] = await stagings(world);
    assert.ok(report.message.endsWith(`stays in ${staging}, until the next restore removes it.`), report.message);
    assert.deepEqual(await locks(world), []);
    assert.equal((await readdir(world.folder)).includes("import"), false);
  });

  inBothShells("refuses to run twice at once, and does not disturb the first", async (world) => {
    const running = await startSlowly(world, 2500);
    const second = await restored(world, 1);
    assert.match(
      second.report.message,
      new RegExp(`^Another restore is running here, process ${running.pid}, so nothing`),
    );
    assert.equal((await stagings(world)).length, 1);
    const { exitCode, output } = await running.outcome;
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("takes neither a new process nor an ended one for a restore", async (world) => {
    await backedUp(world);
    await mkdir(join(world.target, "filled"), { recursive: true });
    const { pid } = process;
    // This process has started at another time.
    await leave(world, world.target, { process: `${pid} 1` });
    await restored(world, 0);
    assert.deepEqual(await stagings(world), []);
    // An ended process of which nobody has taken the exit code.
    const parent = execa("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"], { reject: false });
    const zombie = Number(
      await new Promise<string>((resolve) => parent.stdout.once("data", (data) => resolve(`${data}`))),
    );
    const started = (await readFile(`/proc/${zombie}/stat`, "utf8")).split(") ")[1]?.split(" ")[19];
    await until("the end of the process", async () => (await readFile(`/proc/${zombie}/stat`, "utf8")).includes(") Z"));
    await leave(world, world.target, { process: `${zombie} ${started}` });
    await restored(world, 0);
    parent.kill();
    await parent;
  });

  inBothShells("removes a leftover that its owner may not write to", async (world) => {
    await backedUp(world);
    await mkdir(join(world.target, "filled"), { recursive: true });
    const staging = await leave(world, world.target);
    await mkdir(join(staging, "new", "closed", "deep"), { recursive: true });
    await writeFile(join(staging, "new", "closed", "deep", "file"), "x");
    await execa("chown", ["-R", "65534:65534", staging]);
    await chmod(join(staging, "new", "closed", "deep"), 0);
    await chmod(join(staging, "new", "closed"), 0o555);
    const { report } = await restored(world, 4, { asNobody: true });
    assert.equal(report.warning, undefined);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("goes on where it cannot remove a leftover, and says so", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await execa("chown", ["-R", "65534:65534", world.folder]);
    await chmod(world.folder, 0o755);
    const staging = await leave(world, world.target);
    await mkdir(join(staging, "new"));
    await writeFile(join(staging, "new", "file"), "of root");
    await chmod(staging, 0o755);
    const { exitCode, output, report } = await world.start("restore.sh", [], { asNobody: true }).outcome;
    assert.equal(exitCode, 4, output);
    assert.match(
      report.warning ?? "",
      new RegExp(`cannot remove what an earlier restore left in ${world.target}/.restic-backup-restore.`),
    );
    assert.ok((await readdir(world.target)).includes("jira.zip"));
  });

  inBothShells(
    "touches no directory without a mark, nor a copy of one that has it, nor one of another target",
    async (world) => {
      await backedUp(world);
      const kept = [];
      for (const folder of [world.folder, world.target]) {
        await mkdir(join(folder, ".restic-backup-restore.aaaaaa"), { recursive: true });
        await writeFile(join(folder, ".restic-backup-restore.aaaaaa", "mine"), "mine");
        const staging = await leave(world, folder);
        await cp(staging, join(folder, ".restic-backup-restore.copied"), { recursive: true });
        await rm(staging, { recursive: true });
        kept.push(join(folder, ".restic-backup-restore.aaaaaa"), join(folder, ".restic-backup-restore.copied"));
      }
      const other = await leave(world, world.folder, { target: "another" });
      await restored(world, 0);
      assert.deepEqual((await stagings(world)).sort(), [...kept, other].sort());
    },
  );

  inBothShells("removes what was killed before it had set its mark, and nothing else without one", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    for (const folder of [world.folder, world.target]) {
      await mkdir(join(folder, ".restic-backup-restore.aaaaaa"));
      await mkdir(join(folder, ".restic-backup-restore.bbbbbb"));
      await writeFile(join(folder, ".restic-backup-restore.bbbbbb", `${mark}.new`), "Here rest");
      // Half a mark.
      await mkdir(join(folder, ".restic-backup-restore.cccccc"));
      await writeFile(join(folder, ".restic-backup-restore.cccccc", mark), "Here restore.sh\nhost");
    }
    await restored(world, 0);
    assert.deepEqual(
      (await stagings(world)).map((path) => path.slice(-6)),
      ["cccccc", "cccccc"],
    );
  });

  inBothShells("makes another directory where a second restore takes its own for a leftover", async (world) => {
    await backedUp(world);
    const once = world.path("once");
    const env = await inPlaceOf(
      world,
      "mktemp",
      `made=$("$real" "$@") || exit; case $made in *.restic-backup-restore.*) [ -e "${once}" ] || { : >"${once}"; rmdir "$made"; } ;; esac; echo "$made"`,
    );
    await restored(world, 0, { env });
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("asks the mark of a restore on another host whether it is alive", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await leave(world, world.target, { place: "other-host pid:[1]", age: 200 });
    await restored(world, 0);
    assert.deepEqual(await stagings(world), []);
    const alive = await leave(world, world.target, { place: "other-host pid:[1]" });
    const beat = setInterval(() => void utimes(join(alive, mark), new Date(), new Date()), 1000);
    try {
      const { report } = await restored(world, 1);
      assert.match(
        report.message,
        /^Another restore is running here, process 1 on other-host, so nothing was restored/,
      );
    } finally {
      clearInterval(beat);
    }
    assert.deepEqual(await stagings(world), [alive]);
    // It died a while ago, but not long enough to be sure at once.
    await utimes(join(alive, mark), Date.now() / 1000 - 84, Date.now() / 1000 - 84);
    const { output } = await restored(world, 0);
    assert.match(output, /Looking whether the restore on other-host is alive, for at most 90 seconds/);
  });

  inBothShells("removes what a killed restore left where that fills the volume", async (world) => {
    await backedUp(world);
    for (const [options, fill] of [
      ["size=2m", "mkdir new; dd if=/dev/zero of=new/filled bs=4k"],
      ["size=8m,nr_inodes=20", 'mkdir new; i=0; while : >"new/$i"; do i=$((i + 1)); done'],
    ] as const) {
      await withMount(world.target, options, async () => {
        const staging = await leave(world, world.target);
        await execa("sh", ["-c", fill], { cwd: staging, reject: false });
        const { output } = await restored(world, 0);
        assert.match(output, new RegExp(`Removing what an earlier restore left in ${staging}`), options);
        assert.deepEqual(await stagings(world), [], options);
      });
    }
  });

  inBusybox("makes no room by what waits to be moved into place, or may be alive", async (world) => {
    await backedUp(world);
    await withMount(world.target, "size=8m,nr_inodes=20", async () => {
      const waiting = await leave(world, world.target);
      await writeFile(join(waiting, "placing"), "");
      const { start } = await processHere();
      const alive = await leave(world, world.target, { process: `${process.pid} ${start}` });
      await execa("sh", ["-c", 'mkdir new; i=0; while : >"new/$i"; do i=$((i + 1)); done'], {
        cwd: waiting,
        reject: false,
      });
      const { report } = await restored(world, 1);
      assert.match(report.message, /cannot write to .*: .*No space left on device/);
      assert.deepEqual((await stagings(world)).sort(), [waiting, alive].sort());
      assert.ok((await readdir(join(waiting, "new"))).length > 5);
    });
  });

  inBusybox("waits for no mark that a clock has dated in the future", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await leave(world, world.target, { place: "other-host pid:[1]", age: -100_000 });
    const env = await inPlaceOf(world, "sleep", '[ "$1" != 2 ] || exec "$real" 0.01; exec "$real" "$@"');
    const { output } = await restored(world, 0, { env });
    assert.match(output, /Looking whether the restore on other-host is alive, for at most 90 seconds/);
    assert.deepEqual(await stagings(world), []);
  });

  inBusybox("knows what is its own where the volume is mounted under another name", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    const kept = await leave(world, world.folder, { target: "another" });
    await leave(world, world.target);
    await leave(world, world.folder);
    const elsewhere = world.path("elsewhere");
    await mkdir(elsewhere);
    for (const [from, target] of [
      [world.target, elsewhere],
      [world.folder, join(elsewhere, "import")],
    ] as const) {
      await execa("mount", ["--bind", from, elsewhere]);
      try {
        await restored(world, 0, { env: { RESTORE_PATH: target } });
      } finally {
        await execa("umount", [elsewhere]);
      }
    }
    assert.deepEqual(await stagings(world), [kept]);
  });
});

/** When this process was started, as the kernel counts. */
async function processHere(): Promise<{ start: string }> {
  return { start: (await readFile("/proc/self/stat", "utf8")).split(") ")[1]?.split(" ")[19] as string };
}

/** A restore that has begun to write, and is slow. */
async function startSlowly(world: World, limitKiB = 2000) {
  for (const name of ["1.zip", "2.zip", "3.zip", "4.zip", "5.zip"]) {
    await writeFile(join(world.source, name), randomBytes(5_000_000));
  }
  // Several packs, so that files appear one after the other; and these are no zips.
  await backedUp(world, { env: { RESTIC_PACK_SIZE: "4", BACKUP_CHECK_ZIP: "no" } });
  const running = world.start("restore.sh", [], { env: { RESTIC_OPTIONS: `--limit-download=${limitKiB}` } });
  await until("the first restored file", async () => (await staged(world)) > 0);
  return running;
}

/** Bytes that are there already. */
async function staged(world: World): Promise<number> {
  const [staging = ""] = await stagings(world);
  const names = await readdir(join(staging, "new")).catch(() => []);
  const found = await Promise.all(names.map((name) => stat(join(staging, "new", name))));
  // Space that restic has set aside is in the blocks, holes are in the size; neither has been written.
  return found.reduce((sum, { blocks, size }) => sum + Math.min(blocks * 512, size), 0);
}
