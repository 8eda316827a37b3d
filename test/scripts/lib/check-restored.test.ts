import assert from "node:assert/strict";
import { chmod, chown, link, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { corrupt, dropCache, packs } from "../damage-repository";
import { manifest } from "../manifest";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, inPlaceOf, restored, restoredWith, stagings, withMount } from "./restore-trials";

describe("check-restored.sh", function () {
  this.timeout(240_000);

  inBothShells("restores bits of directories that the kernel takes from others than their group", async (world) => {
    const modes: [string, number][] = [
      ["shared", 0o2775],
      ["line\nend", 0o2770],
      ["shared/-n", 0o3777],
      ["shared/plain", 0o775],
      ["shared/tmp", 0o1777],
      ["closed", 0o2000],
    ];
    for (const [name] of modes) {
      await mkdir(join(world.source, name));
    }
    await writeFile(join(world.source, "shared", "suid"), "x");
    await chmod(join(world.source, "shared", "suid"), 0o4755);
    for (const [name, mode] of modes) {
      await chown(join(world.source, name), 2001, 2002);
      await chmod(join(world.source, name), mode);
    }
    await chown(world.source, 2001, 2003);
    await chmod(world.source, 0o2750);
    await backedUp(world);
    const { exitCode, output } = await restoredWith(world, ["chown", "fowner", "dac_override"]);
    assert.equal(exitCode, 0, output);
    assert.doesNotMatch(output, /Warning/);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    const root = await stat(world.target);
    assert.deepEqual([root.mode & 0o7777, root.uid, root.gid], [0o2750, 2001, 2003]);
  });

  inBothShells("proves the contents of what its owner may not look at, and closes it again", async (world) => {
    await mkdir(join(world.source, "closed", "deep"), { recursive: true });
    await writeFile(join(world.source, "closed", "deep", "file"), "in a closed directory", { mode: 0 });
    await writeFile(join(world.source, "unreadable"), "unreadable", { mode: 0o200 });
    await mkdir(join(world.source, "empty"));
    await mkdir(join(world.source, "write-protected"));
    await writeFile(join(world.source, "write-protected", "one"), "one");
    await link(join(world.source, "write-protected", "one"), join(world.source, "write-protected", "other"));
    await symlink("one", join(world.source, "write-protected", "link"));
    const closed = ["closed/deep", "closed", "empty", "write-protected"];
    await execa("chown", ["-R", "65534:65534", world.source]);
    for (const name of closed) {
      await chmod(join(world.source, name), name === "write-protected" ? 0o555 : 0);
    }
    await backedUp(world);
    const { report } = await restored(world, 0, { asNobody: true });
    assert.deepEqual([report.files, report.bytes], [5, 100_000 + 21 + 10 + 6]);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("takes no restore for success of which something is missing", async (world) => {
    await writeFile(join(world.source, "second.zip"), "second");
    await mkdir(join(world.source, "empty"));
    await backedUp(world);
    for (const [loss, words] of [
      [
        'rm "$target/second.zip"',
        /2 files should be there, and 1 are; the files should hold 100006 bytes, and hold 100000/,
      ],
      ['rmdir "$target/empty"', /1 directory should be there, and 0 are/],
      ['echo x >"$target/second.zip"', /the files should hold 100006 bytes, and hold 100002/],
    ] as const) {
      const { report } = await restored(world, 1, { env: await afterRestic(world, "--verify", loss) });
      assert.match(report.message, /The restore is not complete, and .* is as it was/);
      assert.match(report.message, words);
      const [staging] = await stagings(world);
      assert.ok(report.message.includes(`${staging}/new`), report.message);
      assert.equal((await readdir(world.folder)).includes("import"), false);
    }
    await restored(world, 0);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("believes no contents before they were compared where restic had an error", async (world) => {
    await backedUp(world);
    const error = `echo '{"message_type":"error","error":{"message":"lchown /x: operation not permitted"},"during":"restore","item":"/x"}' >&2; status=1`;
    const spoilt = 'printf X | dd of="$target/jira.zip" bs=1 seek=500 conv=notrunc 2>/dev/null';
    const once = await inPlaceOf(world, "restic", wrapper("--verify", `${spoilt}; ${error}`));
    await restored(world, 0, { env: once });
    assert.deepEqual(await readFile(join(world.target, "jira.zip")), await readFile(join(world.source, "jira.zip")));
    const always = await inPlaceOf(world, "restic", wrapper(" restore ", `${spoilt}; ${error}`));
    const { report } = await restored(world, 1, { env: always });
    assert.match(report.message, /restic has to write 97\.6 KiB again each time that it compares/);
  });

  inBothShells("says 67 where stored data is damaged, and leaves the target as it was", async (world) => {
    await writeFile(
      join(world.source, "export.zip"),
      Buffer.from(await readFile("/proc/self/exe")).subarray(0, 2_000_000),
    );
    await mkdir(world.target);
    await writeFile(join(world.target, "mine"), "mine");
    await backedUp(world);
    const sizes = await Promise.all(
      (await packs(world)).map(async (name) => ({
        name,
        size: (await stat(join(world.repository, "data", name.slice(0, 2), name))).size,
      })),
    );
    const { name } = sizes.sort((one, other) => other.size - one.size)[0] as { name: string };
    await corrupt(world, "data", name.slice(0, 2), name);
    await dropCache(world);
    const { report } = await restored(world, 67);
    assert.match(
      report.message,
      /is as it was\. What was restored until then is in .*\/new, until the next restore removes it \(move it away first if you need it\): the repository is damaged.*: restore\.sh --list shows them\. Keep all/,
    );
    assert.deepEqual(
      (await readdir(world.target)).filter((entry) => !entry.startsWith(".restic-backup-restore.")),
      ["mine"],
    );
  });

  inBothShells("makes room again when the disk is full", async (world) => {
    await writeFile(join(world.source, "large"), Buffer.from(await readFile("/proc/self/exe")).subarray(0, 9_000_000));
    await backedUp(world);
    await withMount(world.target, "size=4m", async () => {
      await writeFile(join(world.target, "mine"), "mine");
      const { report } = await restored(world, 1, { args: ["--skip-space-check"] });
      assert.match(
        report.message,
        /is as it was: its volume is full\. What was restored until then is removed, to make room again\. .*no space left/i,
      );
      assert.deepEqual(await readdir(world.target), ["mine"]);
    });
  });

  inBusybox("keeps holes, and files with several names", async (world) => {
    await writeFile(join(world.source, "disk"), "begin");
    await truncate(join(world.source, "disk"), 300_000_000);
    await link(join(world.source, "disk"), join(world.source, "other"));
    await backedUp(world);
    const { report } = await restored(world, 0);
    assert.deepEqual([report.files, report.bytes], [3, 600_100_000]);
    const { blocks, nlink } = await stat(join(world.target, "other"));
    assert.ok(blocks * 512 < 20_000_000, `${blocks} blocks`);
    assert.equal(nlink, 2);
  });
});

/** Does something after each run of restic that has such a word. */
function afterRestic(world: World, word: string, loss: string): Promise<Record<string, string>> {
  return inPlaceOf(world, "restic", wrapper(word, loss));
}

function wrapper(word: string, script: string): string {
  return [
    '"$real" "$@"; status=$?',
    `case " $* " in *"${word}"*)`,
    '  for argument; do [ "$last" != --target ] || target=$argument; last=$argument; done',
    `  ${script} ;;`,
    "esac",
    "exit $status",
  ].join("\n");
}
