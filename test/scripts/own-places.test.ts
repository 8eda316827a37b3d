import assert from "node:assert/strict";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { filesIn, night } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

describe("own-places.sh", function () {
  this.timeout(240_000);

  inBothShells("refuses a repository in what is backed up, and the other way round, by links too", async (world) => {
    await withRepository(world);
    await symlink(world.repository, join(world.source, "link to it"));
    assert.equal((await night(world, {})).report.files, 1);
    await refuses(world, { BACKUP_PATHS: world.folder }, /BACKUP_PATHS: .* holds the repository, .*, which would back/);
    await refuses(
      world,
      { BACKUP_PATHS: join(world.repository, "data") },
      /BACKUP_PATHS: .*data lies in the repository/,
    );
    const inside = join(world.source, "backup [1]");
    await rename(world.repository, inside);
    await symlink(inside, world.path("link"));
    for (const RESTIC_REPOSITORY of [inside, world.path("link"), `local:${world.folder}/bin/../link`]) {
      await refuses(world, { RESTIC_REPOSITORY }, /BACKUP_PATH: .*export holds the repository, /);
    }
    const relative = { RESTIC_REPOSITORY: inside.slice(1) };
    await refuses(world, relative, /BACKUP_PATH: .*export holds the repository, /);
  });

  inBothShells("refuses places in the source where files come and go", async (world) => {
    await withRepository(world);
    await symlink(world.source, world.path("link"));
    await mkdir(join(world.source, "tmp"));
    for (const name of ["TMPDIR", "BACKUP_PRIVATE_FOLDER", "BACKUP_SSH_LOG"]) {
      for (const place of [world.source, join(world.source, "tmp"), join(world.path("link"), "tmp")]) {
        await refuses(world, { [name]: place }, new RegExp(`${name}: .* lies in .*export \\(BACKUP_PATH\\)`));
      }
    }
    assert.equal((await world.run("check.sh", [], { env: { TMPDIR: join(world.source, "tmp") } })).exitCode, 0);
  });

  inBothShells("leaves the cache out, wherever it is named, and is not disturbed by it", async (world) => {
    await withRepository(world);
    await symlink(world.source, world.path("link"));
    const caches: Record<string, string | undefined>[] = [
      { RESTIC_CACHE_DIR: join(world.path("link"), "not yet [there]", "a") },
      { RESTIC_CACHE_DIR: undefined, XDG_CACHE_HOME: join(world.source, "b") },
      { RESTIC_CACHE_DIR: undefined, HOME: world.source },
    ];
    for (const env of caches) {
      const { exitCode, output, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 0, output);
      assert.match(output, /Left out is .*, the cache of restic\./);
      assert.ok((report.files as number) >= 1);
      assert.doesNotMatch((await filesIn(world)).join("\n"), new RegExp(`${cacheOf(env)}/`));
      // The first night has made the directory.
      const next = await world.run("backup.sh", [], { env });
      assert.equal(next.exitCode, 0, next.output);
      assert.doesNotMatch(next.output, /Files changed during the backup/);
    }
  });
});

function cacheOf(env: Record<string, string | undefined>): string {
  return env.XDG_CACHE_HOME === undefined ? (env.HOME === undefined ? "there\\]/a" : "\\.cache/restic") : "b/restic";
}

async function refuses(world: World, env: Record<string, string>, why: RegExp): Promise<void> {
  const { exitCode, report } = await world.run("backup.sh", [], { env });
  assert.equal(exitCode, 64, report.message);
  assert.match(report.message, why);
}
