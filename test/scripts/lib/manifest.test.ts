import assert from "node:assert/strict";
import { runRaw } from "../../support/raw-jq";
import type { World } from "../shell-under-test";
import { inBothShells } from "../shell-under-test";
import { awk, counted, manifest, special } from "./nodes";
import { backedUp, inPlaceOf, restored } from "./restore-trials";

describe("manifest.jq and what counts its lines", () => {
  it("makes a line of each entry, and tells of the root and of the bit that is lost most often", async () => {
    const lines = await manifest([
      { type: "dir", mode: 0o750 + special.setgid, path: "/data", uid: 2001, gid: 2002 },
      { type: "file", mode: 0, path: "/data/a", uid: 1, gid: 2, size: 10, inode: 7 },
      { type: "dir", mode: 0o775 + special.setgid, path: '/data/b "\n/c', gid: 5, inode: 8 },
      { type: "file", mode: 0o644, path: "/data/old", size: 1 },
      { type: "dir", mode: 0o755, path: "/" },
      { type: "file", mode: 0o644, path: "/database", size: 6 },
      { type: "file", mode: 0o644, path: "/else/a", size: 0 },
    ]);
    assert.deepEqual(lines, [
      `["root",${2 ** 31 + special.setgid + 0o750},2001,2002]`,
      "file:0 1 2 10 7",
      `dir:${2 ** 31 + special.setgid + 0o775} 0 5 0 8`,
      '["setgid","b \\"\\n/c",5]',
      "file:420 0 0 1 line-5",
      '["above"]',
      '["further",6]',
      '["further",0]',
    ]);
    assert.equal(await runRaw("further-files", "-Rrn", lines.join("\n")), "2\n6\n2\n0\n");
    assert.equal(await runRaw("further-files", "-Rrn", "file:420 0 0 1 5"), "0\n0\n0\n0\n");
    assert.equal(await runRaw("setgid-groups", "-Rrn", lines.join("\n")), "5");
    assert.equal(await runRaw("setgid-names", "-Rjn", lines.join("\n"), { gid: 5 }), './b "\n/c\0');
    assert.equal(await runRaw("setgid-names", "-Rjn", lines.join("\n"), { gid: 2002 }), "");
    assert.equal(await runRaw("restored-root", "-Rrn", lines.join("\n")), "2001:2002 2750");
  });

  it("tells of empty directories below the path, where that is asked for", async () => {
    const nodes = ["/", "/data", "/data/a", "/data/a/b", "/data/a\nb", "/else"].map((path) => ({ path }));
    const dirs = nodes.map((node) => ({ type: "dir" as const, mode: 0o755, ...node }));
    const link = { type: "symlink" as const, mode: 0o777, path: "/data/full/link" };
    const full = { type: "dir" as const, mode: 0o755, path: "/data/full" };
    const lines = await manifest([...dirs.slice(0, 5), full, link, ...dirs.slice(5)], "yes");
    assert.deepEqual(
      lines.filter((line) => line.startsWith('["empty"')),
      ['["empty","a/b"]', '["empty","a\\nb"]'],
    );
    assert.equal(await runRaw("further-files", "-Rrn", lines.join("\n")), "0\n0\n3\n2\na/b");
    const last = await manifest([dirs[1] as (typeof dirs)[0], dirs[2] as (typeof dirs)[0]], "yes");
    assert.equal(last.at(-1), '["empty","a"]');
    assert.ok(!(await manifest(dirs)).some((line) => line.startsWith('["empty"')));
  });

  it("counts files, bytes, all entries, closed ones, sockets and directories", async () => {
    const classes = await counted(
      await manifest([
        { type: "dir", mode: 0o755, path: "/data" },
        { type: "file", mode: 0o644, size: 5, inode: 1 },
        { type: "file", mode: 0o644, size: 5, inode: 1 },
        { type: "file", mode: 0o044, size: 2 ** 52, inode: 2 },
        { type: "dir", mode: 0o355 },
        { type: "dir", mode: 0o655 },
        { type: "dir", mode: 0o555 },
        { type: "socket", mode: 0o755 },
        { type: "symlink", mode: 0o777 },
      ]),
    );
    assert.deepEqual((await runRaw("manifest-summary", "-Rrs", classes)).split("\n"), [
      "3",
      `${2 ** 52 + 10}`,
      "8",
      "3",
      "1",
      "3",
    ]);
  });

  it("counts the bytes of a file with several names once", async () => {
    const lines = await manifest([
      { type: "file", mode: 0o644, size: 20, inode: 1 },
      { type: "file", mode: 0o644, size: 20, inode: 1 },
      { type: "file", mode: 0o644, size: 20, inode: 2 },
      // Another file system has such a number too.
      { type: "file", mode: 0o644, size: 30, inode: 1 },
      { type: "file", mode: 0o644, size: 20 },
      { type: "file", mode: 0o644, size: 20 },
      { type: "dir", mode: 0o755, size: 4096, inode: 3 },
    ]);
    assert.equal(await awk("unique-bytes", lines.join("\n")), "110");
  });
});

describe("manifest.sh", function () {
  this.timeout(240_000);

  inBothShells(
    "leaves no process that waits for restic when it is stopped before restic runs",
    async (world: World) => {
      await backedUp(world);
      const env = await inPlaceOf(world, "mkfifo", 'kill -TERM "$PPID"; exec "$real" "$@"');
      const { report } = await restored(world, 130, { env });
      assert.match(report.message, /^Stopped by SIGTERM\./);
    },
  );

  inBothShells("takes a prune beside the first reading for no damage", async (world: World) => {
    await backedUp(world);
    const missed = `id ${"a".repeat(64)} not found in repository`;
    const pruned = `case " $* " in *" --no-lock "*" ls "*) echo '{"message_type":"exit_error","code":1,"message":"Fatal: ${missed}"}' >&2; exit 1 ;; esac; exec "$real" "$@"`;
    const { output, report } = await restored(world, 0, { env: await inPlaceOf(world, "restic", pruned) });
    assert.match(output, /Reading it once more, when nobody else is at work/);
    assert.equal(report.warning, undefined);
    assert.equal((await restored(world, 0)).report.warning, undefined, "no damage is recorded");
  });

  inBothShells("restores nothing where the list of files is cut off", async (world: World) => {
    await backedUp(world);
    const cut = 'case " $* " in *" ls "*) "$real" "$@" | head -c 900; exit 0 ;; esac; exec "$real" "$@"';
    const { report } = await restored(world, 1, { env: await inPlaceOf(world, "restic", cut) });
    assert.match(report.message, /the list of the files of snapshot [0-9a-f]{8} could not be read/);
  });
});
