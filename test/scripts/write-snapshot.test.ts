import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { access, chmod, mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { aroundBackup, night, notes, snapshots } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, until, withRepository } from "./test-repository";

const strict = { BACKUP_RETENTION: "--keep-last=1" };

describe("write-snapshot.sh", function () {
  this.timeout(240_000);

  inBothShells(
    "takes a snapshot for complete whose files lack an attribute that nobody here can read",
    async (world) => {
      await withRepository(world);
      await writeFile(join(world.source, "tool"), "x");
      // A capability of another user namespace: https://github.com/restic/restic/issues/21874 met it.
      const capability = `0x0100000302000000${"00".repeat(12)}a0860100`;
      await execa("setfattr", ["-n", "security.capability", "-v", capability, join(world.source, "tool")]);
      const env = await fakeRestic(
        world,
        `case "$*" in *" backup "*) exec unshare -U -r "$real" "$@" ;; esac; exec "$real" "$@"`,
      );
      await execa("chmod", ["-R", "a+rwX", world.repository]);
      const rights = { capabilities: ["setfcap"], why: "the kernel wants it of who makes a user namespace" } as const;
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...env, ...strict }, rights });
      assert.equal(exitCode, 0, output);
      assert.match(
        report.warning ?? "",
        /^The contents of all files are in the snapshot, but attributes of 1 file or directory could not be read/,
      );
      assert.deepEqual((await snapshots(world))[0]?.tags, undefined);
      assert.equal(report.retention, "1 snapshot kept, 0 removed");
    },
  );

  inBothShells("is partial where an attribute lacks and a file, too", async (world) => {
    await withRepository(world);
    const env = await aroundBackup(world, {
      after: `for words in 'incomplete metadata for /x: xattr.list /x : operation not supported' 'open /y: permission denied'; do
          printf '{"message_type":"error","error":{"message":"%s"},"during":"archival","item":"%s"}\\n' "$words" /x >&2
        done; code=3`,
    });
    const { exitCode, output } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 3, output);
    assert.deepEqual((await snapshots(world))[0]?.tags, ["partial"]);
  });

  describe("with a TMPDIR that is full", () => {
    for (const [title, words] of [
      ["before restic", { before: "fill" }],
      ["when restic has ended", { after: "fill" }],
    ] as const) {
      inBothShells(`${title}, says so`, async (world) => {
        await withSmallTmp(world, "200k", async (env) => {
          const fill = `dd if=/dev/zero of=$TMPDIR/fill bs=1k 2>/dev/null; dd if=/dev/zero of=$TMPDIR/rest bs=1 count=4096 2>/dev/null`;
          const fake = await aroundBackup(
            world,
            Object.fromEntries(Object.entries(words).map(([moment]) => [moment, fill])),
          );
          const { exitCode, output, report } = await world.run("backup.sh", [], {
            env: { ...env, ...fake, ...strict },
          });
          assert.equal(exitCode, 1, output);
          assert.match(report.message, /TMPDIR.*(full|room)/);
        });
      });
    }

    inBothShells("from the beginning, is a bad setting", async (world) => {
      await withSmallTmp(world, "64k", async (env) => {
        await writeFile(join(env.TMPDIR as string, "fill"), Buffer.alloc(64 << 10));
        const { exitCode, report } = await world.run("backup.sh", [], { env });
        assert.equal(exitCode, 64);
        assert.match(report.message, /TMPDIR: .*(full|room)/);
      });
    });

    inBothShells("by what restic packs in it, says so", async (world) => {
      await withSmallTmp(world, "1m", async (env) => {
        await writeFile(join(world.source, "large"), randomBytes(8 << 20));
        const { exitCode, output, report } = await world.run("backup.sh", [], { env });
        assert.equal(exitCode, 1, output);
        assert.match(report.message, /TMPDIR.* became full/);
      });
    });

    inBothShells("at any moment, is never a green run, nor a script that stops without a word", async (world) => {
      for (let kib = 4; kib <= 64; kib += 12) {
        await withSmallTmp(world, `${kib}k`, async (env) => {
          const { exitCode, report } = await world.run("backup.sh", [], { env: { ...env, ...strict } });
          if (exitCode !== 0) {
            assert.match(report.message, /TMPDIR/, `${kib} KiB`);
          }
        });
      }
    });

    inBothShells("or read-only, is a bad setting", async (world) => {
      await withRepository(world);
      const tmp = world.path("closed");
      await mkdir(tmp);
      await execa("mount", ["-t", "tmpfs", "-o", "ro,size=64k", "none", tmp]);
      try {
        const { exitCode, report } = await world.run("backup.sh", [], { env: { TMPDIR: tmp } });
        assert.equal(exitCode, 64);
        assert.match(report.message, /TMPDIR: no directory can be made/);
      } finally {
        await execa("umount", [tmp]);
      }
    });
  });

  for (const [title, spoil] of [
    ["is cut", (path: string) => truncate(path, 40)],
    ["is empty", (path: string) => truncate(path, 0)],
    ["has a wrong byte", (path: string) => writeFile(path, randomBytes(200))],
    ["may not be read", (path: string) => chmod(path, 0)],
  ] as const) {
    inBothShells(`writes a snapshot, and removes none, when the object of another one ${title}`, async (world) => {
      await withRepository(world);
      await night(world);
      const [object] = await readdir(join(world.repository, "snapshots"));
      const path = join(world.repository, "snapshots", object as string);
      await chmod(path, 0o600);
      await spoil(path);
      await rm(world.path("cache"), { recursive: true });
      const closed = title === "may not be read";
      const { exitCode, output, report } = await world.run("backup.sh", [], { env: strict, squashed: closed });
      assert.equal(exitCode, closed ? 1 : 67, output);
      assert.match(report.message, /^Snapshot [0-9a-f]{8} (was|is) written/);
      assert.equal((await readdir(join(world.repository, "snapshots"))).length, 3, "a note, and both snapshots");
    });
  }

  inBothShells("notes what a signal cut off, and says that backing up was stopped", async (world) => {
    await withRepository(world);
    const env = await fakeRestic(
      world,
      `case "$*" in *--stdin-filename*) ;; *" backup "*)
        trap 'echo "{\\"message_type\\":\\"exit_error\\",\\"code\\":130,\\"message\\":\\"interrupted\\"}" >&2; exit 130' TERM
        echo '{"message_type":"status"}'; : >${world.path("here")}
        while :; do sleep 0.1; done ;;
      esac
      exec "$real" "$@"`,
    );
    const running = world.start("backup.sh", [], { env });
    await until("the backup", () =>
      access(world.path("here")).then(
        () => true,
        () => false,
      ),
    );
    process.kill(running.pid, "SIGTERM");
    const { exitCode, output, report } = await running.outcome;
    assert.equal(exitCode, 130, output);
    assert.match(report.message, /^Stopped by SIGTERM while backing up\./);
    assert.equal((await notes(world, "unfinished")).length, 1);
  });

  inBothShells("is not misled by a clock that is set while restic reads", async (world) => {
    await withRepository(world);
    const within = { BACKUP_RETENTION: "--keep-within=30d" };
    await night(world, within);
    await night(world, within);
    for (const [days, retention] of [
      [40, /^\d snapshots kept, 0 removed/],
      [-40, /^skipped, because a clock is wrong|^\d snapshots kept, 0 removed/],
    ] as const) {
      const fake = await aroundBackup(world, { after: `: >${world.path("jump")}` });
      await rm(world.path("jump"), { force: true });
      const date = `#!/bin/sh\nreal=${world.env.PATH}/date\ncase "$*" in +%s) [ ! -e ${world.path("jump")} ] || { echo $(($($real +%s) + ${days * 86400})); exit; } ;; esac\nexec $real "$@"\n`;
      await writeFile(join(world.path("fake"), "date"), date, { mode: 0o755 });
      const { report } = await night(world, { ...fake, ...within });
      assert.match(report.retention ?? "", retention);
    }
    assert.equal((await snapshots(world)).length, 4);
  });
});

/** A TMPDIR of its own that holds no more than so much. */
async function withSmallTmp(world: World, size: string, test: (env: Record<string, string>) => Promise<void>) {
  await rm(world.repository, { recursive: true, force: true });
  await withRepository(world);
  const tmp = world.path("small");
  await mkdir(tmp, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", tmp]);
  try {
    await test({ TMPDIR: tmp });
  } finally {
    await execa("umount", [tmp]);
  }
}
