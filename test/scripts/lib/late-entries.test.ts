import assert from "node:assert/strict";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells, inBusybox } from "../shell-under-test";
import { asides, fill, names, versions } from "./placing-trials";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

describe("late-entries.sh", function () {
  this.timeout(240_000);

  inBothShells("moves aside what appears meanwhile, names it, and replaces nothing", async (world) => {
    await backedUp(world);
    await fill(world);
    const late = (name: string) => `[ -e "${world.target}/${name}" ] || echo late >"${world.target}/${name}"`;
    const env = await inPlaceOf(
      world,
      "mv",
      `case "$3" in */import) [ -e "${world.path("seen")}" ] || { : >"${world.path("seen")}"; ${late("only")}; ${late("clash")}; } ;; esac\nexec "$real" "$@"`,
    );
    const { report } = await restored(world, 0, { env });
    assert.match(
      report.warning ?? "",
      /clash and 1 other entry appeared in .*, so an application is running there\. Stop it, .* in .*before-restore-.* and in the newer ones/,
    );
    assert.deepEqual(await names(world), ["clash", "dangling", "jira.zip", "line\nend", "only", "untouched"]);
    for (const name of ["only", "clash"]) {
      assert.equal(await readFile(join(world.target, name), "utf8"), "restored");
    }
    assert.deepEqual(await versions(world, "only"), ["late\n"]);
    assert.deepEqual(await versions(world, "clash"), ["mine", "late\n"]);
    assert.deepEqual(await stagings(world), []);
  });

  inBusybox(
    "gives up where an entry comes again and again, and finishes once the application is stopped",
    async (world) => {
      await backedUp(world);
      await fill(world);
      const clash = join(world.target, "clash");
      const env = await inPlaceOf(
        world,
        "mv",
        `case "$3" in */import | */new) [ -e "${clash}" ] || echo late >"${clash}" ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(
        report.message,
        /only in part: whenever it was moved aside, clash appeared in .*Stop it, .*Nothing is lost/,
      );
      // As often as one likes.
      await restored(world, 1, { env });
      assert.equal(await readFile(clash, "utf8"), "late\n");
      const again = await restored(world, 0);
      assert.match(again.report.warning ?? "", /has not finished moving its files/);
      assert.equal(await readFile(clash, "utf8"), "restored");
      assert.deepEqual(await stagings(world), []);
      const kept = await versions(world, "clash");
      assert.deepEqual([...new Set(kept)].sort(), ["late\n", "mine", "restored"]);
      assert.ok(kept.length > 10, String(kept.length));
    },
  );

  inBothShells("replaces no link that leads nowhere and appears meanwhile, on either way", async (world) => {
    await backedUp(world);
    await fill(world);
    const link = (place: string, when: string) =>
      `case "$3" in ${when}) [ -L "${place}" ] || ln -s nowhere-new "${place}" ;; esac\nexec "$real" "$@"`;
    // The first move is that of all that is in the way.
    const only = join(world.target, "only");
    const { report } = await restored(world, 0, { env: await inPlaceOf(world, "mv", link(only, "*/old")) });
    assert.match(report.warning ?? "", /only appeared in/);
    assert.equal(await readFile(only, "utf8"), "restored");
    const [aside = ""] = (await asides(world)).slice(-1);
    assert.equal(await readlink(join(aside, "only")), "nowhere-new");
    // What is moved back meets one, too: it stays in the directory of the restore, and is named.
    const clash = join(world.target, "clash");
    const failing = `case "$3" in */import) [ -e "${world.path("failed")}" ] || { : >"${world.path("failed")}"; ln -s nowhere-new "${clash}"; echo "mv: no such luck" >&2; exit 1; } ;; esac\nexec "$real" "$@"`;
    const back = await restored(world, 1, { env: await inPlaceOf(world, "mv", failing) });
    assert.match(back.report.message, /only in part: mv: no such luck\. Nothing is lost/);
    assert.equal(await readlink(clash), "nowhere-new");
    await restored(world, 0);
    assert.equal(await readFile(clash, "utf8"), "restored");
  });
});
