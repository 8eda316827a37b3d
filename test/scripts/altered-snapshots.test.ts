import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packs } from "./damage-repository";
import { night, notes, snapshots } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("altered-snapshots.sh", function () {
  this.timeout(240_000);

  inBothShells("gives what a repair has taken something out of its tag, and clears the damage then", async (world) => {
    await repairedWorld(world);
    // Changed, and whole.
    await world.restic("tag", "--add", "jira", "latest");
    const { exitCode, output, report } = await world.run("check.sh", ["--clear-damage"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /Snapshot [0-9a-f]{8} holds 2 files, .*, and held 2 files, .* when it was made\./);
    assert.match(report.warning ?? "", /^1 snapshot holds less than when made/);
    assert.deepEqual(
      (await snapshots(world)).map(({ tags }) => tags),
      [undefined, ["repaired"], ["jira"]],
    );
    assert.deepEqual(await notes(world, "damaged"), []);
    assert.match(
      (await night(world, { BACKUP_RETENTION: "--keep-last=3" })).report.retention ?? "",
      /4 snapshots kept/,
    );
  });

  inBothShells("clears nothing where that cannot be found out, or not be marked", async (world) => {
    await repairedWorld(world);
    for (const [words, message] of [
      [" ls ", /^The damage was not cleared, because what snapshot [0-9a-f]{8} holds could not be listed/],
      [" tag ", /^The damage was not cleared: snapshot [0-9a-f]{64} holds less than .* and could not be marked/],
    ] as const) {
      // restic ends with 0 where it may not replace a snapshot.
      const code = words === " tag " ? 0 : 1;
      const script = `case "$*" in *"${words}"*) echo 'Fatal: no' >&2; exit ${code} ;; esac; exec "$real" "$@"`;
      const { exitCode, report } = await world.run("check.sh", ["--clear-damage"], {
        env: await fakeRestic(world, script),
      });
      assert.equal(exitCode, 1, report.message);
      assert.match(report.message, message);
      assert.equal((await notes(world, "damaged")).length, 1);
      await rm(world.path("fake"), { recursive: true });
    }
  });
});

/** Two good nights, and one between them that lost a pack and was repaired with --forget. */
async function repairedWorld(world: World): Promise<void> {
  await withRepository(world);
  await night(world);
  const before = await packs(world);
  await writeFile(join(world.source, "lost"), randomBytes(300_000));
  await night(world);
  const sizes = (await packs(world))
    .filter((name) => !before.includes(name))
    .map(async (name) => ({ name, size: (await stat(join(world.repository, "data", name.slice(0, 2), name))).size }));
  const [lost] = (await Promise.all(sizes)).sort((a, b) => b.size - a.size);
  await rm(join(world.source, "lost"));
  await night(world);
  await rm(join(world.repository, "data", lost?.name.slice(0, 2) ?? "", lost?.name ?? ""));
  assert.equal((await world.run("check.sh")).exitCode, 67);
  await world.restic("repair", "index");
  await world.restic("repair", "snapshots", "--forget");
}
