import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells, inBusybox } from "../shell-under-test";
import { until } from "../test-repository";
import { leave, mark } from "./left-restore";
import { contents, versions } from "./placing-trials";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

describe("taken-over.sh", function () {
  this.timeout(240_000);

  inBusybox("shows other hosts that it is alive, also while it tries and moves", async (world) => {
    await backedUp(world);
    for (const [program, text] of [
      ["ln", "tried"],
      ["mv", "moved"],
    ] as const) {
      await mkdir(world.target, { recursive: true });
      await writeFile(join(world.target, "jira.zip"), "clash");
      const env = await inPlaceOf(
        world,
        program,
        `case "$*" in *.restic-backup-restore.*/probe* | -n*) : >"${world.path(text)}"; sleep 30 ;; esac; exec "$real" "$@"`,
      );
      const running = world.start("restore.sh", [], { env });
      await until("the step", async () => (await readdir(world.folder)).includes(text));
      const [staging = ""] = await stagings(world);
      const before = (await stat(join(staging, mark))).mtimeMs;
      await until("a sign of life", async () => (await stat(join(staging, mark))).mtimeMs > before + 1000, 8);
      process.kill(-running.pid, "SIGKILL");
      await running.outcome;
      await rm(world.target, { recursive: true });
    }
  });

  inBothShells("stops where another restore has taken over its directory, and says what it knows", async (world) => {
    await backedUp(world);
    for (const [program, condition] of [
      // While it tries, while it moves aside, and when all is in place.
      ["ln", "*"],
      ["mv", "*/old*"],
      ["rmdir", "*/old"],
    ] as const) {
      await mkdir(world.target, { recursive: true });
      await writeFile(join(world.target, "jira.zip"), "last copy");
      const taken = world.path("taken");
      const env = await inPlaceOf(
        world,
        program,
        `case "$*" in ${condition}) [ -e "${taken}" ] || mv "${world.target}"/.restic-backup-restore.* "${taken}" ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(
        report.message,
        /^Another restore has taken this one for dead, .* so this one stopped\. Whether/,
        program,
      );
      assert.equal(
        (await contents(world, ["."])).concat(await readAll(join(taken, "old"))).includes("last copy"),
        true,
      );
      await rm(taken, { recursive: true });
      await rm(world.target, { recursive: true });
    }
  });

  inBothShells("claims the directory of a dead restore before it looks at what is in it", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    const left = await leave(world, world.target);
    await mkdir(join(left, "new"));
    await mkdir(join(left, "old"));
    await writeFile(join(left, "new", "late"), "restored");
    await writeFile(join(left, "old", "late"), "mine");
    // That one goes on until the very moment of the claim.
    const env = await inPlaceOf(world, "mv", `case "$2" in ${left}) : >"$2/placing" ;; esac; exec "$real" "$@"`);
    const { report } = await restored(world, 0, { env });
    assert.match(report.warning ?? "", /An earlier restore has not finished moving/);
    assert.equal(await readFile(join(world.target, "late"), "utf8"), "restored");
    assert.deepEqual(await versions(world, "late"), ["mine"]);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("keeps what is set aside in the directory of a dead restore, whatever that says", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    const left = await leave(world, world.target);
    for (const folder of ["old", "later.1"]) {
      await mkdir(join(left, folder));
      await writeFile(join(left, folder, "file"), folder);
    }
    const { report } = await restored(world, 0);
    assert.match(
      report.warning ?? "",
      /held what was in .*import before an earlier restore\. It is kept in .*before-restore-/,
    );
    assert.deepEqual(await versions(world, "file"), ["old", "later.1"]);
    assert.deepEqual(await stagings(world), []);
  });
});

async function readAll(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
