import assert from "node:assert/strict";
import { day, hour, idOf, minute, namesOf, note, now, snapshot } from "../../support/listed-snapshot";
import { expire, nights, removed, tonight, warned } from "./expire-night";

describe("the judgement of a group of snapshots", () => {
  describe("is for the snapshots of this host and of all paths of the new one", () => {
    it("whatever the tags and the order of the paths are", async () => {
      const listed = [
        snapshot("a", -4 * day, { paths: ["/data", "/etc"], tags: ["x"] }),
        snapshot("b", -3 * day, { paths: ["/etc", "/data"], tags: ["y"] }),
        snapshot("new", -hour, { paths: ["/data", "/etc"] }),
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["a"]);
    });

    it("and leaves alone what has other further paths, which may be another instance's", async () => {
      const others = (paths: string[]) => [
        snapshot(`a${paths}`, -20 * day, { paths }),
        snapshot(`b${paths}`, -19 * day, { paths }),
        snapshot(`c${paths}`, -18 * day, { paths, tags: ["partial"] }),
        snapshot(`d${paths}`, -18 * day, { paths, tags: ["repaired"] }),
        snapshot(`e${paths}`, -17 * day, { paths }),
        snapshot(`f${paths}`, -17 * day, { paths, tags: ["x"], original: `e${paths}` }),
      ];
      const listed = [
        ...nights(40, 38),
        ...others(["/data", "/etc"]),
        ...others(["/data", "/data/import"]),
        ...others(["/", "/data"]),
        tonight,
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=1"]), ["-40", "-39", "-38"]);
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["-40", "-39"]);
    });
  });

  it("counts from a new snapshot whose clock was a little ahead", async () => {
    const listed = [snapshot("a", -59 * minute), snapshot("b", -30 * minute), snapshot("new", 2 * minute)];
    assert.deepEqual(await removed(listed, ["--keep-within=1h", "--keep-last=2"]), ["a"]);
  });

  describe("gives no places to", () => {
    it("partial ones, and removes them when a newer complete one is a week older than the last one before this", async () => {
      const listed = [
        snapshot("a", -10 * day),
        snapshot("b", -9 * day, { tags: ["partial"] }),
        snapshot("c", -8 * day),
        snapshot("d", -6 * day, { tags: ["partial"] }),
        snapshot("e", -day),
        tonight,
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=4"]), ["b"]);
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["a", "b"]);
      const younger = listed.map((one) => (one.id === idOf("c") ? snapshot("c", -8 * day + 1) : one));
      assert.deepEqual(await removed(younger, ["--keep-last=4"]), []);
    });

    it("partial ones, which do not age by one night whose clock is ahead", async () => {
      const listed = [
        snapshot("a", -3 * day),
        snapshot("b", -2 * day, { tags: ["partial"] }),
        snapshot("c", -day),
        snapshot("new", 400 * day),
      ];
      const args = { now: now + 400 * day + minute };
      assert.deepEqual(await removed(listed, ["--keep-last=2"], 0, "", args), ["a"]);
    });

    it("partial ones, which stay where the rules would keep them among all", async () => {
      const partial = (name: string, ago: number) => snapshot(name, -ago * day, { tags: ["partial"] });
      const listed = [
        partial("4 months", 120),
        partial("3 months", 90),
        partial("2 months", 60),
        partial("2 months, a day later", 59),
        snapshot("c", -30 * day),
        partial("weeks", 25),
        ...nights(24, 1),
        tonight,
      ];
      const gone = (rules: string[]) =>
        removed(listed, rules).then((names) => names.filter((name) => /[a-z]/.test(name)));
      assert.deepEqual(await gone(["--keep-daily=9", "--keep-monthly=12"]), ["2 months", "weeks"]);
      assert.deepEqual(await gone(["--keep-daily=99"]), []);
      assert.deepEqual(await gone(["--keep-within-monthly=70d", "--keep-last=1"]), [
        "4 months",
        "3 months",
        "2 months",
        "weeks",
      ]);
      assert.deepEqual(await gone(["--keep-last=3"]), [
        "4 months",
        "3 months",
        "2 months",
        "2 months, a day later",
        "c",
        "weeks",
      ]);
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
      assert.deepEqual(
        await removed(listed, ["--keep-last=3", "--keep-tag="]),
        [],
        "tags that the rules keep are kept",
      );
    });

    it("what an operator's `restic tag` has left behind twice", async () => {
      const listed = [
        snapshot("a", -3 * day),
        snapshot("b", -2 * day, { tags: ["x"], original: "gone" }),
        snapshot("c", -2 * day, { tags: ["x", "y"], original: "gone" }),
        tonight,
      ];
      const { remove, kept } = await expire(listed, ["--keep-last=3"]);
      assert.deepEqual([namesOf(remove), kept], [["b"], 3]);
      assert.deepEqual(await removed(listed, ["--keep-last=3", "--keep-tag=x"]), []);
    });

    it("ones that restic rewrite left beside their originals, which go when the rules would not keep them either", async () => {
      const listed = [5, 4, 3, 2, 1].flatMap((night) => [
        snapshot(`-${night}`, -night * day),
        snapshot(`less ${night}`, -night * day, { files: 99, tags: ["rewrite"], original: `-${night}`, tree: "less" }),
      ]);
      const all = [...listed, tonight];
      assert.deepEqual(await removed(all, ["--keep-last=4"]), ["-5", "less 5", "-4", "less 4", "less 3", "less 2"]);
      assert.deepEqual(await removed(all, ["--keep-last=11"]), []);
      assert.deepEqual(
        await removed(all, ["--keep-daily=9"]),
        [5, 4, 3, 2, 1].map((night) => `less ${night}`),
      );
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

    it("ones that something has changed, of which nobody knows whether they are whole", async () => {
      const changed = (name: string, night: number, ...tags: string[]) =>
        snapshot(name, -night * day, { tags, original: `${name}0`, tree: "less" });
      const looked = (...found: string[]) => note("checked", "looked", -hour, found);
      const whole = (name: string) => `whole:${idOf(name).slice(0, 16)}`;
      const listed = [changed("a", 5), snapshot("b", -4 * day), changed("c", 3), changed("d", 2), tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=2"]), ["a", "c"]);
      assert.deepEqual(await removed(listed, ["--keep-last=4"]), ["a"]);
      for (const known of [
        [...listed, looked(...["a", "c", "d"].map(whole))],
        [changed("a", 5, whole("a0")), ...listed.slice(1), looked(whole("c"), whole("d"))],
      ]) {
        assert.deepEqual(await removed(known, ["--keep-last=2"]), ["a", "b", "c"], "what is whole counts");
      }
      for (const unknown of [looked("unsure:c".padEnd(23, "0")), looked(whole("c0"))]) {
        assert.deepEqual(await removed([...listed, unknown], ["--keep-last=2"]), ["a", "c"]);
      }
      const moved = [snapshot("x", -3 * day, { original: "x0", tags: [whole("x")] }), snapshot("b", -2 * day), tonight];
      assert.deepEqual(await removed(moved, ["--keep-last=2"]), ["x"], "a tag of before a repair says nothing");
    });

    it("and removes none of these by a wrong clock, or as all that was there", async () => {
      const old = [40, 39, 38].map((night) =>
        snapshot(`${night}`, -night * day, { original: "gone", tree: `${night}` }),
      );
      assert.deepEqual(await removed([...old, tonight], ["--keep-within=9d"]), []);
      const rare = [40, 30, 20].map((night) =>
        snapshot(`${night}`, -night * day, { original: "gone", tree: `${night}` }),
      );
      assert.deepEqual(await removed([...rare, tonight], ["--keep-within=9d"]), ["40", "30"]);
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

  describe("takes the tries of one run for one:", () => {
    const unsettled = (name: string, ...tags: string[]) =>
      note("unsettled", `note of ${name}`, -hour, [`of:${idOf(name)}`, ...tags]);
    const ofJob = (job: string, ...names: string[]) => names.map((name) => unsettled(name, `of-job:${job}`));
    const tries = [snapshot("try 1", -4 * hour), snapshot("try 2", -3 * hour), snapshot("try 3", -2 * hour)];
    const names = tries.map(({ id }) => namesOf([id])[0] as string);

    it("what a later one made needless takes no place, and goes", async () => {
      const listed = [...nights(3, 1), ...tries, tonight, ...ofJob("j", ...names)];
      assert.deepEqual(await removed(listed, ["--keep-last=3"], 0, "j"), ["-3", ...names]);
    });

    it("also one that was killed before it could write a note, which only its tag says", async () => {
      const tagged = (name: string, offset: number, ...tags: string[]) =>
        snapshot(name, offset, { tags: ["of-job:j", ...tags] });
      const killed = [tagged("try 1", -30 * hour), tagged("try 2", -3 * hour, "x"), tagged("try 3", -2 * hour)];
      const ours = snapshot("new", -hour, { tags: ["of-job:j"] });
      const others = nights(3, 2);
      assert.deepEqual(await removed([...others, ...killed, ours], ["--keep-last=3"], 0, "j"), names);
      assert.deepEqual(
        await removed([...others, ...killed, tonight], ["--keep-last=3"], 0, "another"),
        ["-3", "try 1", "try 2"],
        "the last one of a Job that never ended well counts",
      );
      const noted = [...others, ...killed.slice(1), ours, snapshot("try 1", -4 * hour), ...ofJob("j", "try 1")];
      assert.deepEqual(await removed(noted, ["--keep-last=3"], 0, "j"), names);
    });

    it("a complete one counts where a later one of its Job is partial, altered, or of another path", async () => {
      const job = (name: string, offset: number, details: object = {}, ...tags: string[]) =>
        snapshot(name, offset, { ...details, tags: ["of-job:j", ...tags] });
      const last = snapshot("new", -hour, { tags: ["of-job:k"] });
      for (const later of [
        job("later", -20 * hour, {}, "partial"),
        job("later", -20 * hour, { original: "whole", tree: "less" }, "repaired"),
        job("later", -20 * hour, { paths: ["/data", "/etc"] }),
      ]) {
        const listed = [...nights(3, 2), job("try", -23 * hour), later, last];
        assert.ok(!(await removed(listed, ["--keep-last=2"], 0, "k")).includes("try"), `${later.tags}`);
      }
    });

    it("their tag is none of an operator's", async () => {
      const listed = [snapshot("a", -3 * day, { tags: ["of-job:a"] }), snapshot("b", -2 * day), tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=1", "--keep-tag="]), []);
    });

    it("the last one of a run that never ended well counts", async () => {
      const listed = [...nights(3, 1), ...tries, tonight, ...ofJob("j", ...names)];
      for (const job of ["", "another"]) {
        assert.deepEqual(await removed(listed, ["--keep-last=3"], 0, job), ["-3", "-2", "try 1", "try 2"], job);
      }
    });

    it("no run makes another run's snapshot needless, in however short a time they follow each other", async () => {
      const hours = Array.from({ length: 30 }, (_, index) => snapshot(`${index}`, (index - 31) * hour));
      const notes = hours.slice(6).flatMap(({ id }) => ofJob(namesOf([id])[0] as string, namesOf([id])[0] as string));
      const listed = [...hours, ...notes, tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=24"], 0, "j"), ["0", "1", "2", "3", "4", "5", "6"]);
    });

    it("where nothing says of which run they are, no night loses its place, and no snapshot either", async () => {
      const listed = [...nights(3, 1), ...tries, tonight, ...names.map((name) => unsettled(name))];
      for (const job of ["", "j"]) {
        const { remove, notes } = await expire(listed, ["--keep-last=3"], 0, job);
        assert.deepEqual([namesOf(remove), namesOf(notes)], [["-3", "try 1"], ["note of try 1"]], job);
      }
      const hours = Array.from({ length: 30 }, (_, index) => snapshot(`${index}`, (index - 31) * hour));
      const notes = hours.slice(6).map(({ id }) => unsettled(namesOf([id])[0] as string));
      const gone = await removed([...hours, ...notes, tonight], ["--keep-last=24"]);
      assert.deepEqual(gone, ["6"], "none of the last 24, and none of the last 24 of which nothing is unsettled");
    });

    it("also where its tags or contents were changed meanwhile", async () => {
      const begun = `${new Date((now - 2 * hour) * 1000).toISOString()}`;
      const summary = { total_files_processed: 100, total_bytes_processed: 100_000, backup_start: begun };
      for (const [names, copy] of [
        [[`of:${idOf("try 3")}`], snapshot("copy", -2 * hour, { tags: ["x"], original: "try 3" })],
        [[`of:${idOf("now")}`, `of:${idOf("first")}`], snapshot("copy", -2 * hour, { tags: ["x"], original: "first" })],
        [
          [`of:${idOf("first")}`, `of:${begun}`],
          { ...snapshot("copy", -2 * hour, { original: "tagged", tree: "less" }), summary },
        ],
      ] as const) {
        const listed = [...nights(3, 1), copy, tonight, note("unsettled", "n", -hour, [...names, "of-job:j"])];
        assert.deepEqual(await removed(listed, ["--keep-last=4"], 0, "j"), ["copy"], `${names}`);
      }
    });

    it("it counts like any other without a note", async () => {
      const listed = [...nights(3, 1), ...tries, tonight];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["-3", "-2", "-1", "try 1"]);
    });

    it("it counts like any other where the next one began more than half a day later", async () => {
      const listed = [...nights(3, 2), snapshot("-1", -13 * hour - 1), tonight, unsettled("-1")];
      assert.deepEqual(await removed(listed, ["--keep-last=3"]), ["-3"]);
    });

    it("the new one itself is never needless", async () => {
      const listed = [...nights(3, 1), tonight, snapshot("later", 4 * minute), unsettled("new", "of-job:j")];
      assert.deepEqual(await warned(listed, ["--keep-last=9"], 0, "j"), [null]);
    });

    it("a partial one makes nothing needless", async () => {
      const listed = [
        ...nights(1, 1),
        snapshot("try", -3 * hour),
        snapshot("new", -hour, { tags: ["partial"] }),
        unsettled("try", "of-job:j"),
      ];
      assert.deepEqual(await removed(listed, ["--keep-last=9"], 0, "j"), []);
    });
  });
});
