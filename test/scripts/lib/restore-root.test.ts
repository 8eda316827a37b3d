import assert from "node:assert/strict";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { runRaw } from "../../support/raw-jq";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

/** An ACL as the kernel keeps it: user 1000 may read. */
const acl = "0x0200000001000700ffffffff02000500e803000004000500ffffffff10000500ffffffff20000500ffffffff";
const time = 1_577_840_523.125;

describe("restore-root.sh", function () {
  this.timeout(240_000);

  inBothShells(
    "gives a directory that was missing attributes and time of the one that was backed up",
    async (world) => {
      await dressed(world);
      await backedUp(world);
      const { output } = await restored(world, 0);
      assert.deepEqual(await attributes(world.target), await attributes(world.source), output);
      assert.equal((await stat(world.target)).mtimeMs, time * 1000);
      assert.deepEqual(await stagings(world), []);
    },
  );

  inBusybox("says what a directory that was missing could not get", async (world) => {
    await dressed(world);
    // Nobody may set it without the capability SYS_ADMIN, which no pod has.
    await execa("setfattr", ["-n", "security.place", "-v", "here", world.source]);
    await backedUp(world);
    const [, , ...shown] = await attributes(world.source);
    const refused = await restored(world, 4);
    assert.match(refused.report.message, /import itself lacks extended attributes, or has others \(security\.place\)/);
    assert.deepEqual((await attributes(world.target)).length, shown.length + 1);
    assert.equal((await stat(world.target)).mtimeMs, time * 1000);
    // Somebody else makes the directory at the last moment.
    await rm(world.target, { recursive: true });
    const env = await inPlaceOf(
      world,
      "mv",
      `[ "$1" != -T ] || { mkdir "${world.target}" && : >"${world.target}/mine"; }; exec "$real" "$@"`,
    );
    const { report } = await restored(world, 4, { env });
    assert.match(report.message, /itself was there, .*security\.place, system\.posix_acl_access, user\.place/);
  });

  inBothShells("gives one that was there the time, and says which attributes it has not", async (world) => {
    await dressed(world);
    await backedUp(world);
    await mkdir(world.target);
    await execa("setfattr", ["-n", "user.kept", "-v", "mine", world.target]);
    const { report } = await restored(world, 4);
    assert.match(
      report.message,
      /import itself was there, so it keeps its own .* others \(system\.posix_acl_access, user\.place\), which only a .* before\.$/,
    );
    assert.equal((await stat(world.target)).mtimeMs, time * 1000);
    assert.deepEqual(await attributes(world.target), ['user.kept="mine"']);
    // With the same attributes, nothing is missing, if that can be seen.
    await dress(world.target);
    const env = await inPlaceOf(
      world,
      "restic",
      'case "$*" in *" init") echo "Fatal: no room" >&2; exit 1 ;; esac; exec "$real" "$@"',
    );
    const unread = await restored(world, 4, { env });
    assert.match(unread.report.message, /whether .* \(system.*, user\.place\) could not be found out \(no room\)\.$/);
    await restored(world, 0);
  });

  inBusybox("means a name that looks like a pattern as it stands", async (world) => {
    const source = world.path("[e]*?x\\port");
    await rename(world.source, source);
    await mkdir(world.path("e1x"));
    await writeFile(join(source, "file"), "x");
    await dress(source);
    const env = { BACKUP_PATH: source, BACKUP_PATHS: world.path("e1x") };
    await writeFile(join(world.path("e1x"), "other"), "x");
    await backedUp(world, { env });
    await restored(world, 0, { env });
    assert.deepEqual(await attributes(world.target), await attributes(source));
    assert.deepEqual((await readdir(world.target)).sort(), ["file", "jira.zip"]);
  });

  inBusybox("reads once more under the lock what a prune may have taken away meanwhile", async (world) => {
    await dressed(world);
    await backedUp(world);
    for (const failing of ['*--no-lock*"cat tree"*', '*--no-lock*" restore "*--exclude*']) {
      const script = `case "$*" in ${failing}) echo "Fatal: not found" >&2; exit 1 ;; esac; exec "$real" "$@"`;
      await restored(world, 0, { env: await inPlaceOf(world, "restic", script) });
      assert.deepEqual(await attributes(world.target), await attributes(world.source));
      await rm(world.target, { recursive: true });
    }
  });

  inBusybox("says what it could not find out, and restores all the same", async (world) => {
    await backedUp(world);
    const env = await inPlaceOf(
      world,
      "restic",
      'case "$*" in *"cat tree"*) echo no >&2; exit 1 ;; esac; exec "$real" "$@"',
    );
    const { report } = await restored(world, 4, { env });
    assert.match(report.message, /what time and attributes .*export itself had could not be read \(no\)/);
    assert.deepEqual(await readdir(world.target), ["jira.zip"]);
  });
});

describe("root-attributes.jq", () => {
  it("names what is missing or has another value, but no label of SELinux", async () => {
    const tree = (name: string, values: Record<string, string>) => [
      { nodes: [{ name, extended_attributes: Object.entries(values).map(([name, value]) => ({ name, value })) }] },
    ];
    const lacks = (wanted: Record<string, string>, found: Record<string, string>) =>
      runRaw("root-attributes", "-rn", "", {
        wanted: "a",
        found: "b",
        wanted_tree: tree("a", wanted),
        found_tree: tree("b", found),
      });
    const some = { "user.a": "MQ==", "user.b": "MQ==", "security.selinux": "MQ==" };
    assert.equal(await lacks(some, { "user.a": "MQ==" }), "user.b");
    assert.equal(await lacks(some, { "user.a": "Mg==" }), "user.a, user.b");
    assert.equal(await lacks(some, some), "");
  });
});

async function dressed(world: World): Promise<void> {
  await dress(world.source);
  await utimes(world.source, time, time);
}

async function dress(folder: string): Promise<void> {
  await execa("setfattr", ["-n", "user.place", "-v", "here", folder]);
  await execa("setfattr", ["-n", "system.posix_acl_access", "-v", acl, folder]);
}

async function attributes(folder: string): Promise<string[]> {
  const { stdout } = await execa("getfattr", ["-d", "-m", "-", "--absolute-names", folder]);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
