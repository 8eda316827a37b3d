import assert from "node:assert/strict";
import { day, hour, idOf, minute, namesOf, note, snapshot } from "../../support/listed-snapshot";
import { expire, removed, warned } from "./expire-night";

describe("what holds more than the new one by more than the limit is kept", () => {
  const full = { files: 100, bytes: 1_000_000 };
  const shrunk = (files: number, bytes: number) => snapshot("new", -hour, { files, bytes });
  const before = [5, 4, 3, 2, 1].map((night) => snapshot(`-${night}`, -night * day, full));
  const accepted = (name: string) => note("accepted", `note of ${name}`, -hour, [`of:${idOf(name)}`]);

  const table: [files: number, bytes: number, percent: number, guarded: boolean][] = [
    [100, 1_000_000, 50, false],
    [50, 500_000, 50, false],
    [49, 1_000_000, 50, true],
    [100, 499_999, 50, true],
    [300, 3_000_000, 1, false],
    [0, 0, 99, true],
    [98, 1_000_000, 1, true],
    [1, 1, 0, false],
  ];
  for (const [files, bytes, percent, guarded] of table) {
    it(`${files} files of 100 and ${bytes} bytes of 1000000, at ${percent} percent`, async () => {
      const listed = [...before, shrunk(files, bytes)];
      assert.deepEqual(await removed(listed, ["--keep-last=2"], percent), guarded ? [] : ["-5", "-4", "-3", "-2"]);
      assert.deepEqual(await warned(listed, ["--keep-last=2"], percent), guarded ? [null, "shrunk"] : [null]);
    });
  }

  it("and says so each night, with the numbers of the largest", async () => {
    const listed = [
      snapshot("-6", -6 * day, { files: 120, bytes: 5_000_000 }),
      ...before.slice(0, 2),
      snapshot("-3", -3 * day, { files: 10, bytes: 10_000 }),
      snapshot("-2", -2 * day, { files: 10, bytes: 10_000 }),
      shrunk(9, 9_000),
    ];
    const { remove, warnings, kept } = await expire(listed, ["--keep-last=1"], 50);
    assert.deepEqual([namesOf(remove), kept], [["-3", "-2"], 4]);
    const numbers = { files_before: 120, bytes_before: 5_000_000, files_now: 9, bytes_now: 9_000 };
    assert.deepEqual(warnings, [{ code: "shrunk", percent: 50, ...numbers, count: 3, protected: 3 }]);
  });

  it("also where none of them would go tonight, and where there are no rules", async () => {
    const listed = [...before, shrunk(1, 1)];
    for (const rules of [["--keep-last=9"], []]) {
      const { warnings } = await expire(listed, rules, 50);
      assert.deepEqual(
        warnings.map(({ code, count, protected: those }) => [code, count, those]),
        [["shrunk", 5, 0]],
      );
    }
  });

  it("until a human accepts it", async () => {
    const listed = [...before, snapshot("small", -5 * hour, { files: 1, bytes: 1 }), shrunk(1, 1), accepted("small")];
    assert.deepEqual(await warned(listed, ["--keep-last=2"], 50), [null]);
    assert.deepEqual(await removed(listed, ["--keep-last=2"], 50), ["-5", "-4", "-3", "-2", "-1"]);
  });

  it("also when the tags of the accepted one were changed", async () => {
    const copy = snapshot("copy", -5 * hour, { files: 1, bytes: 1, tags: ["x"], original: "small" });
    assert.deepEqual(await warned([...before, copy, shrunk(1, 1), accepted("small")], [], 50), [null]);
  });

  it("measures by what came since the newest one that was accepted, and by that itself", async () => {
    const listed = [
      snapshot("huge", -9 * day, { files: 9_000, bytes: 9_000_000 }),
      snapshot("small", -8 * day, { files: 10, bytes: 10 }),
      ...before,
      accepted("-5"),
      accepted("small"),
    ];
    assert.deepEqual(await warned([...listed, shrunk(100, 1_000_000)], [], 50), [null]);
    const { warnings, notes } = await expire([...listed, shrunk(40, 400_000)], [], 50);
    assert.deepEqual(
      warnings.map(({ code, count }) => [code, count]),
      [["shrunk", 5]],
    );
    assert.deepEqual(namesOf(notes), ["note of small"]);
  });

  it("and keeps the accepted one as long as an older one is larger", async () => {
    const listed = [
      snapshot("-60", -60 * day, full),
      snapshot("small", -50 * day, { files: 1, bytes: 1 }),
      ...[3, 2, 1].map((night) => snapshot(`-${night}`, -night * day, { files: 1, bytes: 1 })),
      shrunk(1, 1),
      accepted("small"),
    ];
    assert.deepEqual(await removed(listed, ["--keep-last=2", "--keep-yearly=2"], 50), ["-3", "-2"]);
    assert.deepEqual(await warned(listed, ["--keep-last=2", "--keep-yearly=2"], 50), [null]);
    assert.deepEqual(await removed(listed.slice(1), ["--keep-last=2"], 50), ["small", "-3", "-2"]);
  });

  it("takes no other group's acceptance for its own", async () => {
    const listed = [
      ...before,
      snapshot("other", -5 * hour, { host: "another", files: 1, bytes: 1 }),
      snapshot("more", -5 * hour, { paths: ["/data", "/etc"], files: 1, bytes: 1 }),
      shrunk(1, 1),
      accepted("other"),
      accepted("more"),
      accepted("gone"),
    ];
    assert.deepEqual(await warned(listed, [], 50), [null, "shrunk"]);
  });

  it("measures by what is older in its group only", async () => {
    const listed = [
      snapshot("b", -4 * day, { ...full, paths: ["/data", "/etc"] }),
      snapshot("c", -3 * day, { ...full, host: "another" }),
      snapshot("later", minute, full),
      (({ summary: _, ...rest }) => rest)(snapshot("f", -day)),
      shrunk(1, 1),
    ];
    assert.deepEqual(await warned(listed, [], 50), [null]);
  });

  describe("also where it is not complete:", () => {
    const small = [9, 8].map((night) => snapshot(`-${night}`, -night * day, { files: 1, bytes: 1 }));
    for (const tags of [["partial"], ["repaired"], ["partial", "repaired"], ["nightly", "partial"]]) {
      const larger = [22, 21, 20].map((night) => snapshot(`-${night}`, -night * day, { ...full, tags }));
      const listed = [...larger, ...small, snapshot("-1", -day, { files: 1, bytes: 1 }), shrunk(1, 1)];

      it(`with the tags ${tags.join(" and ")}`, async () => {
        assert.deepEqual(await removed(listed, ["--keep-last=2"], 50), ["-9", "-8"]);
        const { warnings } = await expire(listed, ["--keep-last=2"], 50);
        assert.deepEqual(
          warnings.map(({ code, count, files_before }) => [code, count, files_before]),
          [["shrunk", 3, 100]],
        );
      });

      it(`with the tags ${tags.join(" and ")}, until a human accepts it`, async () => {
        const all = [...listed, accepted("-8")];
        assert.deepEqual(await warned(all, ["--keep-last=2"], 50), [null]);
        assert.deepEqual(await removed(all, ["--keep-last=2"], 50), ["-22", "-21", "-20", "-9", "-8"]);
      });

      it(`with the tags ${tags.join(" and ")}, where nobody knows what it holds`, async () => {
        const unknown = larger.map(({ summary: _, ...rest }) => rest);
        const all = [...unknown, ...listed.slice(3)];
        assert.deepEqual(await removed(all, ["--keep-last=2"], 50), ["-9", "-8"]);
        assert.deepEqual(await warned(all, ["--keep-last=2"], 50), [null, "unmeasured"]);
      });
    }

    it("a copy that `restic tag` left behind goes, because the other one stays", async () => {
      const larger = [
        snapshot("a", -20 * day, full),
        snapshot("copy", -20 * day, { ...full, tags: ["partial"], original: "a" }),
      ];
      const listed = [...larger, ...small, snapshot("-1", -day, { files: 1, bytes: 1 }), shrunk(1, 1)];
      assert.deepEqual(await removed(listed, ["--keep-last=4"], 50), ["a"]);
    });
  });
});
