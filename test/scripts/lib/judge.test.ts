import assert from "node:assert/strict";
import { day, hour, idOf, minute, namesOf, note, snapshot } from "../../support/listed-snapshot";
import { expire, nights, removed, tonight, warned } from "./expire-night";

describe("the judgement of a group of snapshots", () => {
  describe("is for each group of this host and path on its own", () => {
    it("whatever the tags and the order of the paths are", async () => {
      const listed = [
        snapshot("a", -4 * day, { paths: ["/data", "/etc"], tags: ["x"] }),
        snapshot("b", -3 * day, { paths: ["/etc", "/data"], tags: ["y"] }),
        snapshot("new", -hour, { paths: ["/data", "/etc"] }),
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["a"]);
    });

    it("and keeps the newest one of those with other further paths", async () => {
      const listed = [
        ...nights(40, 38),
        snapshot("a", -20 * day, { paths: ["/data", "/etc"] }),
        snapshot("b", -19 * day, { paths: ["/data", "/etc"] }),
        snapshot("c", -18 * day, { paths: ["/data", "/etc"], tags: ["partial"] }),
        tonight,
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=1"]), ["-40", "-39", "-38", "a"]);
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["-40", "-39"]);
      assert.deepEqual(await removed(listed, ["--keep-tag=x", "--keep-last=1"]), ["-40", "-39", "-38", "a"]);
    });
  });

  it("counts from a new snapshot whose clock was a little ahead", async () => {
    const listed = [snapshot("a", -59 * minute), snapshot("b", -30 * minute), snapshot("new", 2 * minute)];
    assert.deepEqual(await removed(listed, ["--keep-within=1h", "--keep-last=2"]), ["a"]);
  });

  describe("gives no places to", () => {
    it("partial ones, and removes them when a newer complete one is a week old", async () => {
      const listed = [
        snapshot("a", -9 * day),
        snapshot("b", -8 * day, { tags: ["partial"] }),
        snapshot("c", -7 * day - hour),
        snapshot("d", -6 * day, { tags: ["partial"] }),
        tonight,
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["b"]);
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["a", "b"]);
      const younger = listed.map((one) => (one.id === idOf("c") ? snapshot("c", -7 * day + 1) : one));
      assert.deepEqual(await removed(younger, ["--keep-last=3"]), []);
    });

    it("partial ones, which all stay where no complete one is older than they", async () => {
      const listed = [-30, -20, -10].map((night) => snapshot(`${night}`, night * day, { tags: ["partial"] }));
      assert.deepEqual(await removed([...listed, tonight], ["--keep-last=1"]), []);
    });

    it("what `restic tag` has left behind, and removes it at once", async () => {
      const listed = [
        snapshot("a", -3 * day),
        snapshot("b", -2 * day),
        snapshot("copy of b", -2 * day, { tags: ["x"], original: "b" }),
        snapshot("c", -day),
        snapshot("copy of c", -day, { tags: ["partial"], original: "c" }),
        tonight,
      ];
      const { remove, kept } = await expire(listed, ["--keep-last=3"]);
      assert.deepEqual([namesOf(remove), kept], [["b", "c"], 4]);
    });

    it("ones that a repair has altered, which go when the rules would not keep them either", async () => {
      const altered = (name: string, night: number) =>
        snapshot(name, -night * day, { tags: ["repaired"], original: `${name}0`, tree: "less" });
      const listed = [altered("a", 5), snapshot("b", -4 * day), altered("c", 3), altered("d", 2), tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["a", "c"]);
      assert.deepEqual(await removed(listed, ["--keep-last=4"]), ["a"]);
      assert.deepEqual(await removed(listed, ["--keep-last=5"]), []);
    });

    it("ones that a repair has altered, which stay where no complete one is newer", async () => {
      const listed = [
        snapshot("a", -9 * day, { paths: ["/data", "/etc"], tags: ["x"] }),
        snapshot("b", -8 * day, { paths: ["/data", "/etc"], tags: ["repaired"] }),
        snapshot("new", -hour, { tags: ["x"] }),
      ];
      assert.deepEqual(await removed(listed, ["--keep-tag=x"]), []);
    });

    it("ones that are dated in the future, which stay and are told of", async () => {
      const listed = [...nights(3, 1), tonight, snapshot("2099", 73 * 365 * day), snapshot("2098", 72 * 365 * day)];
      const { remove, kept, warnings } = await expire(listed, ["--keep-last=2"]);
      assert.deepEqual([namesOf(remove), kept], [["-3", "-2"], 4]);
      assert.deepEqual(
        warnings.map(({ code, count, newest }) => [code, count, (newest as { id: string }).id]),
        [["future", 2, idOf("2099")]],
      );
      assert.deepEqual(await warned(listed, []), [null, "future"]);
    });
  });

  describe("takes the tries of one night for one:", () => {
    const unsettled = (name: string) => note("unsettled", `note of ${name}`, -hour, [`of:${idOf(name)}`]);
    const tries = [snapshot("try 1", -4 * hour), snapshot("try 2", -3 * hour), snapshot("try 3", -2 * hour)];

    it("what a later one made needless takes no place, and goes", async () => {
      const listed = [...nights(3, 1), ...tries, tonight, ...["try 1", "try 2", "try 3"].map(unsettled)];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["-3", "try 1", "try 2", "try 3"]);
    });

    it("also where its tags were changed meanwhile", async () => {
      const copy = snapshot("copy", -2 * hour, { tags: ["x"], original: "try 3" });
      const listed = [...nights(3, 1), copy, tonight, unsettled("try 3")];
      assert.deepEqual(await removed(listed, ["--keep-last=4"]), ["copy"]);
    });

    it("it counts like any other without a note", async () => {
      const listed = [...nights(3, 1), ...tries, tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["-3", "-2", "-1", "try 1"]);
    });

    it("it counts like any other where the next one began more than half a day later", async () => {
      const listed = [...nights(3, 2), snapshot("-1", -13 * hour - 1), tonight, unsettled("-1")];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["-3"]);
    });

    it("one that goes does not make another one needless", async () => {
      const listed = [
        snapshot("a", -25 * hour),
        snapshot("b", -17 * hour),
        snapshot("c", -9 * hour),
        tonight,
        ...["a", "b", "c"].map(unsettled),
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=9"]), ["a", "c"]);
    });

    it("the new one itself is never needless", async () => {
      const listed = [...nights(3, 1), tonight, snapshot("later", 4 * minute), unsettled("new")];
      assert.deepEqual(await warned(listed, ["--keep-last=9"]), [null]);
    });

    it("a partial one makes nothing needless", async () => {
      const listed = [
        ...nights(1, 1),
        snapshot("try", -3 * hour),
        snapshot("new", -hour, { tags: ["partial"] }),
        unsettled("try"),
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=9"]), []);
    });
  });
});
