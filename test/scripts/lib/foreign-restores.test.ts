import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { World } from "../shell-under-test";
import { inBothShells } from "../shell-under-test";
import { versions } from "./placing-trials";
import { backedUp, restored, stagings } from "./restore-trials";

const mark = "restic-backup-restore";

describe("foreign-restores.sh", function () {
  this.timeout(240_000);

  inBothShells("names an unfinished restore that was copied here, and how it is finished", async (world) => {
    await backedUp(world);
    const original = await leave(world, "making", "in");
    const copy = join(world.target, ".restic-backup-restore.copied");
    await cp(original, copy, { recursive: true });
    await rm(original, { recursive: true });
    const { report } = await restored(world, 0);
    assert.match(report.warning ?? "", /copied is left of an earlier restore .* not touched, because it is a copy/);
    assert.deepEqual(await stagings(world), [copy]);
    const command = /have it finished: (sed .*) && restore\.sh\./.exec(report.warning ?? "")?.[1] as string;
    await execa("sh", ["-c", command]);
    await utimes(join(copy, mark), Date.now() / 1000 - 200, Date.now() / 1000 - 200);
    const { report: second } = await restored(world, 0);
    assert.match(second.warning ?? "", /An earlier restore has not finished moving/);
    assert.equal(await readFile(join(world.target, "moved"), "utf8"), "restored");
    assert.deepEqual(await versions(world, "moved"), ["mine"]);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("names one without a whole mark, and none of another target or that holds nothing", async (world) => {
    await backedUp(world);
    await leave(world, ".restic-backup-restore.nomark", undefined);
    const { ino } = await stat(world.folder);
    const beside = await leave(world, "../.restic-backup-restore.others", "beside other", ino);
    const empty = await leave(world, ".restic-backup-restore.empty1", "in");
    await rm(join(empty, "placing"));
    await rm(join(empty, "old"), { recursive: true });
    await cp(empty, join(world.target, ".restic-backup-restore.empty2"), { recursive: true });
    await rm(empty, { recursive: true });
    const { report } = await restored(world, 0);
    assert.match(report.warning ?? "", /nomark is left .* not touched, because it has no whole mark\. .*by hand/);
    assert.doesNotMatch(report.warning ?? "", /others|empty/);
    assert.equal((await stagings(world)).length, 3, beside);
  });
});

/** What a restore leaves that was killed while it moved. */
async function leave(world: World, name: string, side: string | undefined, inode?: number): Promise<string> {
  const path = join(world.target, name);
  for (const [folder, content] of [
    ["old", "mine"],
    ["new", "restored"],
  ] as const) {
    await mkdir(join(path, folder), { recursive: true });
    await writeFile(join(path, folder, "moved"), content);
  }
  await writeFile(join(path, "placing"), "");
  await writeFile(join(path, "aside"), "");
  if (side !== undefined) {
    const lines = ["A restore.", "host pid:[1]", "1 1", `${inode ?? (await stat(path)).ino}`, side];
    await writeFile(join(path, mark), `${lines.join("\n")}\n`);
    // Nobody waits for a sign of life.
    await utimes(join(path, mark), Date.now() / 1000 - 200, Date.now() / 1000 - 200);
  }
  return path;
}
