import assert from "node:assert/strict";
import { day, hour, idOf, type ListedSnapshot, minute, namesOf, now, snapshot } from "../../support/listed-snapshot";
import { expire, nights, removed, tonight, warned } from "./expire-night";

describe("neither a clock that jumped nor a pause removes all that was there before:", () => {
  const within = ["--keep-within=30d"];

  it("nothing goes where all older ones would", async () => {
    const listed = [...nights(70, 41), tonight];
    assert.deepEqual(await removed(listed, within), []);
    assert.deepEqual(await warned(listed, within), ["pause", "pause"]);
    const { warnings } = await expire(listed, within);
    assert.deepEqual(
      warnings.map(({ before, after }) => [before, after].map((one) => (one as { id: string }).id)),
      [[idOf("-41"), idOf("new")]],
    );
  });

  it("nothing goes in the week after it, and then the rules go on", async () => {
    const sixth = [...nights(70, 41), ...nights(6, 1), tonight];
    assert.deepEqual(await warned(sixth, within), ["pause", "pause"]);
    assert.deepEqual(await removed(sixth, within), []);
    const eighth = [...nights(70, 41), ...nights(8, 1), tonight];
    assert.deepEqual(await warned(eighth, within), [null]);
    assert.equal((await removed(eighth, within)).length, 30);
  });

  describe("nothing goes where a part would at once,", () => {
    const ahead = (days: number) => snapshot("new", days * day);
    const at = (days: number) => ({ now: now + days * day + minute });
    const held = async (rules: string[], listed: ListedSnapshot[], days: number) => {
      const { held, remove } = await expire(listed, rules, 0, "", at(days));
      assert.deepEqual(remove, held === null ? remove : []);
      return held;
    };
    for (const [days, rules, expected] of [
      [300, ["--keep-within=350d"], "pause"],
      [300, ["--keep-within-monthly=3y", "--keep-within=70d"], "pause"],
      [3, ["--keep-within-monthly=3y", "--keep-within-hourly=48h"], "pause"],
      [3, ["--keep-within-monthly=3y", "--keep-within=9d"], null],
      [30, ["--keep-within=400d"], null],
      [8, ["--keep-within=70d"], "pause"],
      [300, ["--keep-daily=70"], null],
    ] as const) {
      it(`as ${expected === null ? "not" : "it would"} after ${days} days, with ${rules.join(" and ")}`, async () => {
        assert.equal(await held([...rules], [...nights(80, 1), ahead(days)], days), expected);
      });
    }

    it("but where such pauses are usual", async () => {
      const rare = [80, 79, 70, 69, 60, 59, 50].map((night) => snapshot(`-${night}`, -night * day));
      assert.equal(await held(["--keep-within=35d"], [...rare, snapshot("new", -41 * day)], -41), null);
      assert.equal(await held(["--keep-within=35d"], [...rare, snapshot("new", -20 * day)], -20), "pause");
    });

    it("in the week after it, and then the rules go on", async () => {
      const before = nights(90, 21);
      assert.equal(await held(["--keep-within=70d"], [...before, ...nights(6, 1), tonight], 0), "pause");
      assert.equal(await held(["--keep-within=70d"], [...before, ...nights(8, 1), tonight], 0), null);
    });
  });

  it("rules that count beside them change nothing: they keep fewer than the nights before the gap", async () => {
    const listed = [...nights(70, 41), tonight];
    for (const count of [1, 2, 7]) {
      assert.deepEqual(await removed(listed, [...within, `--keep-last=${count}`]), [], `${count}`);
    }
  });

  it("rules that count alone keep what they count", async () => {
    const listed = [...nights(70, 41), tonight];
    assert.equal((await removed(listed, ["--keep-last=1"])).length, 30);
    assert.equal((await removed(listed, ["--keep-last=7"])).length, 24);
  });

  it("a pause that lets nothing expire is none", async () => {
    assert.deepEqual(await warned([...nights(60, 41), tonight], ["--keep-within=3m"]), [null]);
  });

  it("a pause is none where all that has expired is kept for another reason", async () => {
    const listed = [...nights(70, 41), snapshot("new", -hour, { files: 1 })];
    assert.deepEqual(await warned(listed, within, 50), [null, "shrunk"]);
  });

  it("an ordinary night is none, with any rule of time", async () => {
    for (const rule of ["", "-hourly", "-daily", "-weekly", "-monthly", "-yearly"]) {
      const rules = [`--keep-within${rule}=7d`, "--keep-within=2d"];
      assert.deepEqual(await warned([...nights(40, 1), tonight], rules), [null], rule);
    }
  });

  it("rules that always reach back less far than the backups are apart keep the one before", async () => {
    const listed = [...nights(20, 1), tonight];
    assert.deepEqual(await removed(listed, ["--keep-within=12h"]), namesOf(nights(20, 2).map(({ id }) => id)));
    assert.deepEqual(await warned(listed, ["--keep-within=12h"]), [null, "last"]);
    assert.deepEqual(await warned(listed, ["--keep-within=12h", "--keep-last=1"]), [null]);
  });

  it("nothing goes when the new one itself would", async () => {
    const listed = [...nights(5, 1), tonight, snapshot("later", 4 * minute)];
    assert.deepEqual(await removed(listed, ["--keep-last=1"]), []);
    assert.deepEqual(await warned(listed, ["--keep-last=1"]), ["clock", "clock"]);
  });

  it("nothing goes when the new one is in the future", async () => {
    const listed = [...nights(5, 1), snapshot("new", day)];
    assert.deepEqual(await removed(listed, ["--keep-last=1"]), []);
    assert.deepEqual(await warned(listed, ["--keep-last=1"]), ["clock", "future", "clock"]);
  });
});
