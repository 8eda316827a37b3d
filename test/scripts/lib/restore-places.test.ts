import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, restored } from "./restore-trials";

describe("restore-places.sh", function () {
  this.timeout(240_000);

  inBothShells("refuses to restore over the repository, the cache and TMPDIR, by links too", async (world) => {
    await mkdir(join(world.source, "repository"));
    await backedUp(world);
    await symlink(world.repository, world.path("link"));
    await symlink(world.folder, world.path("folder"));
    for (const [place, why, env = {}] of [
      [world.repository, /is the repository, .*, or lies in it/],
      [world.path("link"), /is the repository/],
      [join(world.repository, "not yet", "there"), /or lies in it/],
      [world.folder, /holds the repository, .*RESTORE_PATH=\S+\/restored restore\.sh/],
      [world.path("folder"), /holds the repository/],
      [world.repository, /is the repository/, { RESTIC_REPOSITORY: `local:${world.path("link")}` }],
      [world.repository, /is the repository/, { RESTIC_REPOSITORY: world.repository.slice(1) }],
      [dirname(world.folder), /holds the repository/],
      [world.path("cache"), /is the cache/],
      [world.path("tmp"), /is TMPDIR/],
    ] as const) {
      const { report } = await restored(world, 64, { env: { ...env, RESTORE_PATH: place } });
      assert.match(report.message, why);
    }
    assert.ok((await readdir(world.repository)).includes("config"));
    await restored(world, 0, { env: { RESTORE_PATH: world.path("restored") } });
    await mkdir(world.path("tmp/restored"));
    await restored(world, 0, { env: { RESTORE_PATH: world.path("tmp/restored") } });
  });

  inBusybox("moves no password aside, and nothing else that the commands need", async (world) => {
    await mkdir(join(world.source, "secrets"));
    await mkdir(join(world.source, "tmp"));
    await writeFile(join(world.source, "secrets", "file"), "x");
    await mkdir(world.path("volume/secrets"), { recursive: true });
    await rename(world.path("password"), world.path("volume/secrets/password"));
    const env = { RESTIC_PASSWORD_FILE: world.path("volume/secrets/password"), RESTORE_PATH: world.path("volume") };
    await backedUp(world, { env });
    const { report } = await restored(world, 1, { env });
    assert.match(report.message, /password is needed to restore, and would be moved aside, .* named secrets\. Use/);
    assert.deepEqual(await readdir(world.path("volume/secrets")), ["password"]);
    await mkdir(world.path("volume/tmp"));
    const inside = { ...env, TMPDIR: world.path("volume/tmp"), RESTIC_PASSWORD_FILE: world.path("password") };
    await rename(world.path("volume/secrets/password"), world.path("password"));
    const other = await restored(world, 1, { env: inside });
    assert.match(other.report.message, /restic-backup\.\S+ is needed to restore, .* an entry named tmp\. Use/);
    // What has a name that the snapshot does not have is in nobody's way.
    await rename(world.path("volume/tmp"), world.path("volume/mine"));
    await restored(world, 0, { env: { ...inside, TMPDIR: world.path("volume/mine") } });
  });

  inBothShells("names the way to open a directory that is closed to its owner", async (world) => {
    await backedUp(world, { asNobody: true });
    for (const [place, closed] of [
      ["im port", "im port"],
      ["parent/not/there", "parent"],
    ] as const) {
      await mkdir(world.path(closed), { recursive: true });
      const options = { asNobody: true, env: { RESTORE_PATH: world.path(place) } };
      await chmod(world.path(closed), 0o555);
      await restored(world, 0, { ...options, args: ["--list"] });
      const { report } = await restored(world, 1, options);
      const command = /its mode is 555\. Open it, and run this again: (chmod .*)\. Close it/.exec(report.message)?.[1];
      await execa("sh", ["-c", command as string]);
      await restored(world, 0, options);
    }
  });

  inBothShells("says where a repository is that an earlier version has moved aside", async (world) => {
    await backedUp(world);
    const aside = world.path("before-restore-20261120T225900Z/repository");
    await mkdir(dirname(aside));
    await rename(world.repository, aside);
    assert.ok((await restored(world, 10)).report.message.includes(`moved one aside: ${aside} looks like it.`));
    await mkdir(world.repository);
    const inside = join(world.repository, "before-restore-20261120T225900Z");
    await rename(aside, inside);
    assert.ok((await restored(world, 10)).report.message.includes(`moved one aside: ${inside} looks like it.`));
  });
});
