import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells } from "../shell-under-test";
import { asides, contents, fill, manifestOfOld } from "./placing-trials";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

describe("take-back.sh", function () {
  this.timeout(240_000);

  inBothShells("takes back what it has moved where a move fails", async (world) => {
    await backedUp(world);
    await fill(world);
    const before = await manifestOfOld(world);
    for (const [what, first] of [
      ["the first entry is moved aside", "*/old"],
      ["the first entry is moved into place", "*/import"],
    ] as const) {
      const env = await inPlaceOf(
        world,
        "mv",
        `case "$3" in ${first}) [ -e "${world.path("failed")}" ] || { : >"${world.path("failed")}"; "$real" -n -t "$3" -- "$5"; echo "mv: no such luck" >&2; exit 1; } ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      assert.match(
        report.message,
        /complete, but cannot be moved into place: mv: no such luck\. .* is as it was/,
        what,
      );
      assert.deepEqual(await manifestOfOld(world), before, what);
      const [staging = ""] = await stagings(world);
      assert.deepEqual(
        (await readdir(join(staging, "new"))).sort(),
        ["clash", "dangling", "jira.zip", "line\nend", "only"],
        what,
      );
      await rm(world.path("failed"));
    }
    await restored(world, 0);
  });

  inBothShells("keeps what an application wrote into it before it was taken back", async (world) => {
    await backedUp(world);
    await fill(world);
    const before = await manifestOfOld(world);
    // What it writes anew, what it adds to, and what it makes a directory of.
    for (const writing of ["echo late >clash", "echo late >>only", "rm only; mkdir only; echo late >only/file"]) {
      const env = await inPlaceOf(
        world,
        "mv",
        `case "$3" in */import) "$real" "$@"; [ -e "${world.path("failed")}" ] || { : >"${world.path("failed")}"; cd "${world.target}"; ${writing}; echo "mv: no such luck" >&2; exit 1; } ;; esac\nexec "$real" "$@"`,
      );
      const { report } = await restored(world, 1, { env });
      const [aside = ""] = (await asides(world)).slice(-1);
      assert.match(report.message, /cannot stay in place: mv: no such luck\. What was in .* is there again\./);
      assert.ok(
        report.message.includes(`wrote into what was restored meanwhile, so all of that is kept, in ${aside}.`),
      );
      assert.ok(
        (await contents(world, [aside.split("/").at(-1) as string])).some((content) => content.endsWith("late\n")),
      );
      assert.deepEqual(await stagings(world), []);
      await rm(aside, { recursive: true });
      assert.deepEqual(await manifestOfOld(world), before, writing);
      await rm(world.path("failed"));
    }
    await restored(world, 0);
  });
});
