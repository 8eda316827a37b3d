import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sealed } from "./cheap-key";
import { secrets } from "./checked-report";
import { night } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells, inBusybox } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

const commands = ["backup.sh", "check.sh", "prune.sh", "restore.sh", "init.sh"];

describe("lost-parts.sh", function () {
  this.timeout(240_000);

  inBothShells(
    "tells a lost config from a repository that is not there, and makes no new one over it",
    async (world) => {
      await withRepository(world);
      await night(world);
      await rename(join(world.repository, "config"), world.path("config"));
      const before = await objects(world);
      for (const command of commands) {
        await loses(world, command, /has data or snapshots, but has lost its config\. Remove nothing there/);
      }
      for (const part of ["snapshots", "keys", "index"]) {
        await rename(join(world.repository, part), world.path(part));
        await loses(world, "init.sh", /lost its config/);
      }
      for (const part of ["snapshots", "keys", "index"]) {
        await rename(world.path(part), join(world.repository, part));
      }
      assert.deepEqual(await objects(world), before);

      // What the message promises: another config, sealed with a key that is there, reads the data.
      await copyFile(world.path("config"), join(world.repository, "config"));
      const config = JSON.parse(await world.restic("cat", "config", "--no-lock"));
      const another = JSON.stringify({ ...config, id: "0".repeat(64) });
      await rm(join(world.repository, "config"));
      await writeFile(join(world.repository, "config"), sealed(another, world.repository, secrets[0] as string));
      assert.match(await world.restic("check", "--read-data"), /no errors were found/);
    },
  );

  inBothShells("tells lost keys from a wrong password", async (world) => {
    await withRepository(world);
    await night(world);
    await rm(join(world.repository, "keys"), { recursive: true });
    await loses(world, "backup.sh", /has lost all of its keys, so that no password opens it/);
    await mkdir(join(world.repository, "keys"));
    // What a killed init leaves is no key.
    await writeFile(join(world.repository, "keys", `${"0".repeat(64)}-tmp-12345`), "");
    for (const command of commands) {
      await loses(world, command, /has lost all of its keys, so that no password opens it/);
    }
  });

  inBusybox("believes rclone that the keys are gone, and other storages that the password is wrong", async (world) => {
    const said = (words: string) =>
      fakeRestic(world, `echo '${words}' >&2; echo 'Fatal: wrong password or no key found' >&2; exit 12`);
    const RESTIC_REPOSITORY = "rclone:remote:jira";
    const gone = await said("rclone: 2026/11/27 07:07:39 ERROR : keys: error listing: directory not found");
    await loses(world, "check.sh", /lost all of its keys/, { ...gone, RESTIC_REPOSITORY });
    await rm(world.path("fake"), { recursive: true });
    const wrong = await world.run("check.sh", [], { env: { ...(await said("rclone: hello")), RESTIC_REPOSITORY } });
    assert.equal(wrong.exitCode, 12);
    assert.match(wrong.report.message, /wrong password.*look whether anything is left under keys\//);
  });
});

async function loses(world: World, command: string, what: RegExp, env: Record<string, string> = {}): Promise<void> {
  const { exitCode, report } = await world.run(command, [], { env });
  assert.equal(exitCode, 67, `${command}: ${report.message}`);
  assert.match(report.message, what);
}

async function objects(world: World): Promise<string[]> {
  return (await readdir(world.repository, { recursive: true })).sort();
}
