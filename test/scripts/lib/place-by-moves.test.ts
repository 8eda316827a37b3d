import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "../manifest";
import type { World } from "../shell-under-test";
import { giveToNobody, inBothShells, inBusybox } from "../shell-under-test";
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

  inBothShells("takes back what it has moved where a move fails", async (world) => {
    await backedUp(world);
    await fill(world);
    const before = await manifestOfOld(world);
    for (const [what, first] of [
      ["the first entry is moved aside", "*/old"],
      ["the first entry is moved into place", "*/import"],
    ] as const) {
      const env = await inPlaceOf(
        world,
        "mv",
        `case "$3" in ${first}) [ -e "${world.path("failed")}" ] || { : >"${world.path("failed")}"; "$real" -n -t "$3" -- "$5"; echo "mv: no such luck" >&2; exit 1; } ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(
        report.message,
        /complete, but cannot be moved into place: mv: no such luck\. .* is as it was/,
        what,
      );
      assert.deepEqual(await manifestOfOld(world), before, what);
      const [staging = ""] = await stagings(world);
      assert.deepEqual(
        (await readdir(join(staging, "new"))).sort(),
        ["clash", "dangling", "jira.zip", "line\nend", "only"],
        what,
      );
      await rm(world.path("failed"));
    }
    await restored(world, 0);
  });

  inBothShells("moves aside what appears meanwhile, names it, and replaces nothing", async (world) => {
    await backedUp(world);
    await fill(world);
    const late = (name: string) => `[ -e "${world.target}/${name}" ] || echo late >"${world.target}/${name}"`;
    const env = await inPlaceOf(
      world,
      "mv",
      `case "$3" in */import) [ -e "${world.path("seen")}" ] || { : >"${world.path("seen")}"; ${late("only")}; ${late("clash")}; } ;; esac\nexec "$real" "$@"`,
    );
    const { report } = await restored(world, 0, { env });
    assert.match(
      report.warning ?? "",
      /clash and 1 other entry appeared in .*, so an application is running there\. Stop it, .* in .*before-restore-.* and in the newer ones/,
    );
    assert.deepEqual(await names(world), ["clash", "dangling", "jira.zip", "line\nend", "only", "untouched"]);
    for (const name of ["only", "clash"]) {
      assert.equal(await readFile(join(world.target, name), "utf8"), "restored");
    }
    assert.deepEqual(await versions(world, "only"), ["late\n"]);
    assert.deepEqual(await versions(world, "clash"), ["mine", "late\n"]);
    assert.deepEqual(await stagings(world), []);
  });

  inBusybox(
    "gives up where an entry comes again and again, and finishes once the application is stopped",
    async (world) => {
      await backedUp(world);
      await fill(world);
      const clash = join(world.target, "clash");
      const env = await inPlaceOf(
        world,
        "mv",
        `case "$3" in */import | */new) [ -e "${clash}" ] || echo late >"${clash}" ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(
        report.message,
        /only in part: whenever it was moved aside, clash appeared in .*Stop it, .*Nothing is lost/,
      );
      // As often as one likes.
      await restored(world, 1, { env });
      assert.equal(await readFile(clash, "utf8"), "late\n");
      const again = await restored(world, 0);
      assert.match(again.report.warning ?? "", /has not finished moving its files/);
      assert.equal(await readFile(clash, "utf8"), "restored");
      assert.deepEqual(await stagings(world), []);
      const kept = await versions(world, "clash");
      assert.deepEqual([...new Set(kept)].sort(), ["late\n", "mine", "restored"]);
      assert.ok(kept.length > 10, String(kept.length));
    },
  );

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

  inBothShells("replaces no link that leads nowhere and appears meanwhile, on either way", async (world) => {
    await backedUp(world);
    await fill(world);
    const link = (place: string, when: string) =>
      `case "$3" in ${when}) [ -L "${place}" ] || ln -s nowhere-new "${place}" ;; esac\nexec "$real" "$@"`;
    // The first move is that of all that is in the way.
    const only = join(world.target, "only");
    const { report } = await restored(world, 0, { env: await inPlaceOf(world, "mv", link(only, "*/old")) });
    assert.match(report.warning ?? "", /only appeared in/);
    assert.equal(await readFile(only, "utf8"), "restored");
    const [aside = ""] = (await asides(world)).slice(-1);
    assert.equal(await readlink(join(aside, "only")), "nowhere-new");
    // What is moved back meets one, too: it stays in the directory of the restore, and is named.
    const clash = join(world.target, "clash");
    const failing = `case "$3" in */import) [ -e "${world.path("failed")}" ] || { : >"${world.path("failed")}"; ln -s nowhere-new "${clash}"; echo "mv: no such luck" >&2; exit 1; } ;; esac\nexec "$real" "$@"`;
    const back = await restored(world, 1, { env: await inPlaceOf(world, "mv", failing) });
    assert.match(back.report.message, /only in part: mv: no such luck\. Nothing is lost/);
    assert.equal(await readlink(clash), "nowhere-new");
    await restored(world, 0);
    assert.equal(await readFile(clash, "utf8"), "restored");
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

/** A target with entries of its own, and a source of which some have the same names; in a snapshot. */
async function fill(world: World): Promise<void> {
  await mkdir(join(world.target, "untouched"), { recursive: true });
  await writeFile(join(world.target, "untouched", "file"), "mine");
  await writeFile(join(world.target, "clash"), "mine");
  await mkdir(join(world.target, "line\nend"));
  await writeFile(join(world.target, "line\nend", "file"), "mine");
  await symlink("nowhere", join(world.target, "dangling"));
  for (const name of ["clash", "line\nend", "only", "dangling"]) {
    await writeFile(join(world.source, name), "restored");
  }
  await chown(world.target, 2001, 2002);
  await chmod(world.target, 0o2770);
  await backedUp(world);
}

async function names(world: World): Promise<string[]> {
  return (await readdir(world.target)).filter((name) => !name.startsWith("before-restore-")).sort();
}

async function asideOf(world: World): Promise<string> {
  const name = (await readdir(world.target)).filter((entry) => entry.startsWith("before-restore-")).sort()[0];
  assert.match(name ?? "", /^before-restore-\d{8}T\d{6}Z$/);
  return join(world.target, name as string);
}

/** Where restores have moved things to, in the order of time. */
async function asides(world: World): Promise<string[]> {
  const folders = (await readdir(world.target)).filter((name) => name.startsWith("before-restore-")).sort();
  return folders.map((name) => join(world.target, name));
}

/** What was moved aside under this name. */
async function versions(world: World, name: string): Promise<string[]> {
  const found = await Promise.all(
    (await asides(world)).map((folder) => readFile(join(folder, name), "utf8").catch(() => undefined)),
  );
  return found.filter((content) => content !== undefined);
}

/** What is in the target, but for what a restore stages there. */
async function manifestOfOld(world: World): Promise<string[]> {
  const staging = Buffer.from(".restic-backup-restore.").toString("hex");
  return (await manifest(world.target)).filter((line) => !line.startsWith(staging));
}

async function leavesAll(world: World, why: string, words: RegExp): Promise<void> {
  const before = await manifestOfOld(world);
  const { report } = await restored(world, 1);
  assert.match(report.message, words, why);
  assert.match(report.message, /is as it was/);
  assert.deepEqual(await manifestOfOld(world), before, why);
  const [staging = ""] = await stagings(world);
  assert.deepEqual(await manifest(join(staging, "new")), await manifest(world.source), why);
}

/** Where the world does not belong to that user wholly. */
async function leavesAllAsNobody(world: World, words: RegExp): Promise<void> {
  const before = await manifestOfOld(world);
  const { exitCode, output } = await world.start("restore.sh", [], { asNobody: true }).outcome;
  assert.equal(exitCode, 1, output);
  assert.match(output, words);
  assert.deepEqual(await manifestOfOld(world), before, output);
}

async function contents(world: World, folders: readonly string[]): Promise<string[]> {
  const paths = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(world.target, folder), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    ),
  );
  return Promise.all(paths.flat().map((path) => readFile(path, "utf8")));
}
