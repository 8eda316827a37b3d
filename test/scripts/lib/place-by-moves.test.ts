import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "../manifest";
import { giveToNobody, inBothShells, inBusybox } from "../shell-under-test";
import {
  asideOf,
  asides,
  contents,
  fill,
  leavesAll,
  leavesAllAsNobody,
  manifestOfOld,
  names,
  versions,
} from "./placing-trials";
import { backedUp, forNobodyBut, inPlaceOf, restored, stagings, withMount } from "./restore-trials";

describe("place-by-moves.sh", function () {
  this.timeout(240_000);

  inBothShells("keeps what is in the directory already", async (world) => {
    await backedUp(world);
    await fill(world);
    const { report } = await restored(world, 0);
    const aside = await asideOf(world);
    assert.deepEqual(await names(world), ["clash", "dangling", "jira.zip", "line\nend", "only", "untouched"]);
    assert.equal(await readFile(join(world.target, "clash"), "utf8"), "restored");
    assert.equal(await readFile(join(world.target, "untouched", "file"), "utf8"), "mine");
    assert.deepEqual((await readdir(aside)).sort(), ["clash", "dangling", "line\nend"]);
    assert.equal(await readFile(join(aside, "line\nend", "file"), "utf8"), "mine");
    const { mode, uid, gid } = await stat(aside);
    assert.deepEqual([mode & 0o7777, uid, gid], [0o2770, 2001, 2002]);
    assert.ok(report.message.includes(`is now in ${aside}.`));
    assert.deepEqual(await stagings(world), []);
    // Again, with what is there now.
    await restored(world, 0);
    assert.equal((await readdir(world.target)).filter((name) => name.startsWith("before-restore-")).length, 2);
  });

  inBothShells("moves directories that their owner may not write to, on both sides", async (world) => {
    for (const [root, content] of [
      [world.source, "restored"],
      [world.target, "mine"],
    ] as const) {
      await mkdir(join(root, "closed"), { recursive: true });
      await writeFile(join(root, "closed", "file"), content);
      await writeFile(join(root, "file"), content);
    }
    await execa("chown", ["-R", "65534:65534", world.source]);
    await chmod(join(world.source, "closed"), 0o555);
    await backedUp(world);
    await chmod(join(world.target, "closed"), 0o500);
    await restored(world, 0, { asNobody: true });
    const aside = await asideOf(world);
    for (const [path, content, mode] of [
      [world.target, "restored", 0o555],
      [aside, "mine", 0o500],
    ] as const) {
      assert.equal(await readFile(join(path, "closed", "file"), "utf8"), content);
      assert.equal((await stat(join(path, "closed"))).mode & 0o7777, mode);
    }
  });

  inBothShells("leaves all as it was where it may not move something aside", async (world) => {
    await writeFile(join(world.source, "a-file"), "restored");
    await mkdir(join(world.source, "sub"));
    await writeFile(join(world.source, "sub", "file"), "restored");
    await backedUp(world);
    await mkdir(join(world.target, "sub"), { recursive: true });
    for (const name of ["a-file", "sub/file", "other"]) {
      await writeFile(join(world.target, name), "mine");
    }
    for (const [why, prepare, words] of [
      [
        "a mount point",
        () => execa("mount", ["-t", "tmpfs", "tmpfs", join(world.target, "sub")]),
        /sub is a mount point, or holds one/,
      ],
      [
        "a mounted file",
        () => execa("mount", ["--bind", join(world.target, "other"), join(world.target, "a-file")]),
        /a-file is a mount point/,
      ],
    ] as const) {
      await prepare();
      try {
        await leavesAll(world, why, words);
      } finally {
        await execa("umount", [join(world.target, why === "a mount point" ? "sub" : "a-file")]);
      }
    }
    await mkdir(join(world.target, "sub", "deep"));
    await execa("mount", ["-t", "tmpfs", "tmpfs", join(world.target, "sub", "deep")]);
    try {
      await leavesAll(world, "a mount point further down", /sub is a mount point, or holds one/);
    } finally {
      await execa("umount", [join(world.target, "sub", "deep")]);
    }
    // What is mounted elsewhere is in nobody's way.
    await mkdir(join(world.target, "else where"));
    await execa("mount", ["-t", "tmpfs", "tmpfs", join(world.target, "else where")]);
    try {
      await restored(world, 0);
    } finally {
      await execa("umount", [join(world.target, "else where")]);
    }
  });

  inBothShells("leaves all as it was where entries belong to others", async (world) => {
    for (const name of ["a-file", "b-file", "z-dir"]) {
      await writeFile(join(world.source, name), "restored");
    }
    await execa("chown", ["-R", "65534:65534", world.source]);
    await backedUp(world);
    await mkdir(join(world.target, "z-dir"), { recursive: true });
    for (const name of ["a-file", "b-file"]) {
      await writeFile(join(world.target, name), "mine");
    }
    // Only the owner of an entry may move it out of a directory with this bit.
    await forNobodyBut(world, [world.target, 0], [join(world.target, "b-file"), 0]);
    await chmod(world.target, 0o1777);
    await leavesAllAsNobody(world, /cannot be moved into place: .*b-file.*[Nn]ot permitted/);
    // A directory of somebody else's cannot be opened.
    await chmod(world.target, 0o777);
    await chown(join(world.target, "z-dir"), 0, 0);
    await leavesAllAsNobody(world, /cannot be moved into place: .*z-dir.*[Nn]ot permitted/);
  });

  inBothShells("does not need what vanishes meanwhile", async (world) => {
    await backedUp(world);
    await fill(world);
    const env = await inPlaceOf(
      world,
      "mv",
      `case "$3" in */old) rm -f "${world.target}/clash" ;; esac\nexec "$real" "$@"`,
    );
    assert.equal((await restored(world, 0, { env })).report.warning, undefined);
    assert.equal(await readFile(join(world.target, "clash"), "utf8"), "restored");
    assert.deepEqual((await readdir(await asideOf(world))).sort(), ["dangling", "line\nend"]);
  });

  for (const [when, script] of [
    ["before the first move", 'case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"'],
    [
      "after one entry was moved aside",
      'case "$3" in */old) "$real" -n -t "$3" -- "$5" ;; esac; case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"',
    ],
    [
      "after all were moved aside",
      'case "$3" in */old) exec "$real" "$@" ;; esac; case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"',
    ],
    [
      "after one entry was moved into place",
      'case "$3" in */old) exec "$real" "$@" ;; */import) "$real" -n -t "$3" -- "$5" ;; esac; case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"',
    ],
    [
      "after all were moved into place",
      'case "$1" in -n) exec "$real" "$@" ;; esac; case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"',
    ],
    ["after what was there has its name", '"$real" "$@"; case "$1" in -T) kill -KILL 0 ;; esac'],
  ] as const) {
    inBothShells(`finishes what was killed ${when}`, async (world) => {
      await backedUp(world);
      await fill(world);
      await chmod(join(world.target, "line\nend"), 0o500);
      await world.start("restore.sh", [], { env: await inPlaceOf(world, "mv", script) }).outcome;
      const [staging = ""] = await stagings(world);
      assert.ok((await readdir(staging)).includes("placing"));
      const { report } = await restored(world, 0);
      assert.match(report.warning ?? "", /An earlier restore has not finished moving its files/);
      assert.deepEqual(await stagings(world), []);
      for (const name of ["clash", "only", "line\nend"]) {
        assert.equal(await readFile(join(world.target, name), "utf8"), "restored", name);
      }
      // Each entry of the user's is there once, in one of the directories that restores have moved things to.
      const asides = (await readdir(world.target)).filter((name) => name.startsWith("before-restore-"));
      const kept = (await Promise.all(asides.map((name) => manifest(join(world.target, name))))).flat();
      const mine = (await contents(world, asides)).filter((content) => content === "mine");
      assert.equal(mine.length, 2, kept.join("\n"));
      assert.equal(await readFile(join(world.target, "untouched", "file"), "utf8"), "mine");
    });
  }

  inBothShells(
    "finishes what was killed again while it was finished, or while it removed its directory",
    async (world) => {
      await backedUp(world);
      await fill(world);
      const kill = "kill -KILL 0";
      for (const [program, script] of [
        ["mv", `case "$3" in */old) exec "$real" "$@" ;; esac; case "$1" in -[nT]) ${kill} ;; esac; exec "$real" "$@"`],
        ["mv", `case "$3" in */import) "$real" -n -t "$3" -- "$5"; ${kill} ;; esac; exec "$real" "$@"`],
        ["mv", `"$real" "$@"; case "$1" in -T) ${kill} ;; esac`],
        ["rm", `"$real" "$@"; case "$*" in *"/new "*) ${kill} ;; esac`],
      ] as const) {
        await world.start("restore.sh", [], { env: await inPlaceOf(world, program, script) }).outcome;
      }
      const { report } = await restored(world, 0);
      assert.match(report.warning ?? "", /has not finished moving its files/);
      assert.deepEqual(await stagings(world), []);
      assert.deepEqual(await names(world), ["clash", "dangling", "jira.zip", "line\nend", "only", "untouched"]);
      assert.equal(await readFile(join(world.target, "clash"), "utf8"), "restored");
      assert.deepEqual(await versions(world, "clash"), ["mine", ...(await versions(world, "only"))]);
      assert.equal(await readFile(join(await asideOf(world), "line\nend", "file"), "utf8"), "mine");
    },
  );

  inBusybox("closes again what it had opened when it was killed", async (world) => {
    for (const [root, content] of [
      [world.source, "restored"],
      [world.target, "mine"],
    ] as const) {
      for (const name of ["closed", "closed too"]) {
        await mkdir(join(root, name), { recursive: true });
        await writeFile(join(root, name, "file"), content);
        await chmod(join(root, name), root === world.source ? 0o555 : 0o500);
      }
    }
    await execa("chown", ["-R", "65534:65534", world.source]);
    await backedUp(world);
    for (const when of ["*/old", "*/import"]) {
      const script = `case "$3" in ${when}) "$real" -n -t "$3" -- "$5"; kill -KILL 0 ;; esac; exec "$real" "$@"`;
      await giveToNobody(world.folder);
      await world.start("restore.sh", [], { asNobody: true, env: await inPlaceOf(world, "mv", script) }).outcome;
    }
    await restored(world, 0, { asNobody: true });
    const modes = async (folder: string) =>
      Promise.all(["closed", "closed too"].map(async (name) => (await stat(join(folder, name))).mode & 0o7777));
    assert.deepEqual(await modes(world.target), [0o555, 0o555]);
    for (const [index, folder] of (await asides(world)).entries()) {
      assert.deepEqual(await modes(folder), index === 0 ? [0o500, 0o500] : [0o555, 0o555], folder);
    }
  });

  inBusybox("leaves all as it was where there is no inode for a move, whichever it is", async (world) => {
    await backedUp(world);
    await fill(world);
    await withMount(world.path("volume"), "size=8m", async () => {
      const target = join(world.path("volume"), "import");
      const env = { RESTORE_PATH: target };
      const on = { ...world, target };
      await execa("cp", ["-a", world.target, target]);
      const before = await manifestOfOld(on);
      const used = Number((await execa("stat", ["-f", "-c", "%c", world.path("volume")])).stdout);
      const free = Number((await execa("stat", ["-f", "-c", "%d", world.path("volume")])).stdout);
      const outcomes = [];
      for (let inodes = used - free + 7; outcomes.at(-1) !== 0; inodes++) {
        await execa("mount", ["-o", `remount,nr_inodes=${inodes}`, world.path("volume")]);
        const { exitCode, output } = await world.run("restore.sh", ["--skip-space-check"], { env });
        outcomes.push(exitCode);
        assert.ok(exitCode === 0 || exitCode === 1, output);
        if (exitCode === 1) {
          assert.match(output, /is as it was|Nothing was restored/);
          assert.deepEqual(await manifestOfOld(on), before, output);
        }
      }
      assert.ok(outcomes.length > 5, `${outcomes.length} outcomes`);
      assert.equal(await readFile(join(await asideOf(on), "clash"), "utf8"), "mine");
    });
  });

  inBusybox("moves 20,000 entries in seconds", async (world) => {
    for (const root of [world.source, world.target]) {
      await mkdir(root, { recursive: true });
      await execa(
        "sh",
        ["-c", `i=0; while [ $i -lt 20000 ]; do : >"entry with a long name, number $i"; i=$((i + 1)); done`],
        { cwd: root },
      );
    }
    await backedUp(world);
    const started = Date.now();
    const { output } = await restored(world, 0);
    assert.ok(Date.now() - started < 60_000, `${Date.now() - started} ms`);
    assert.equal((await readdir(world.target)).length, 20_002, output);
    assert.equal((await readdir(await asideOf(world))).length, 20_000);
  });
});
