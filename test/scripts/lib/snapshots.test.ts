import assert from "node:assert/strict";
import { evaluate } from "../../support/jq";
import {
  day,
  hour,
  idOf,
  type ListedSnapshot,
  minute,
  namesOf,
  note,
  now,
  oldNote,
  snapshot,
} from "../../support/listed-snapshot";

interface Seen {
  readonly id: string;
  readonly short: string;
  readonly moment: number;
  readonly mine: boolean;
  readonly partial: boolean;
  readonly altered: boolean;
  readonly superseded: boolean;
  readonly future: boolean;
}

interface List {
  readonly snapshots: readonly Seen[];
  readonly notes: readonly { readonly kind: string; readonly id: string; readonly at: number; readonly of: string[] }[];
  readonly damaged_since: number | null;
  readonly damage_notes: readonly string[];
  readonly runs: number;
  readonly unfinished: readonly { readonly id: string }[];
  readonly made_again: readonly string[];
  readonly newest_complete: number | null;
}

async function list(listed: readonly ListedSnapshot[] | null, repository = ""): Promise<List> {
  const args = { host: "host", path: "/data", now, repository };
  const value = await evaluate(
    ["snapshots", "moments"],
    "snapshot_list($host; $path; $now; $repository)",
    listed,
    args,
  );
  return value as List;
}

/** The names of the snapshots that have a property. */
async function having(property: keyof Seen, listed: readonly ListedSnapshot[]): Promise<string[]> {
  const { snapshots } = await list(listed);
  return namesOf(snapshots.filter((one) => one[property] === true).map(({ id }) => id));
}

describe("the list of snapshots", () => {
  it("may be empty, and may be null", async () => {
    for (const nothing of [null, []]) {
      assert.deepEqual(await list(nothing), {
        snapshots: [],
        notes: [],
        damaged_since: null,
        damage_notes: [],
        runs: 0,
        unfinished: [],
        made_again: [],
        newest_complete: null,
        now,
      });
    }
  });

  it("is in the order of the moments, whatever the offsets of the times are", async () => {
    const { snapshots } = await list([
      snapshot("c", -hour),
      { ...snapshot("b", 0), time: "2026-11-20T09:59:00-01:00" },
      { ...snapshot("a", 0), time: "2026-11-20T11:58:00.5+01:00" },
    ]);
    assert.deepEqual(namesOf(snapshots.map(({ id }) => id)), ["a", "b", "c"]);
    assert.deepEqual(
      snapshots.map(({ moment }) => moment - now),
      [-3719.5, -3660, -3600],
    );
  });

  it("has defaults for what restic leaves out", async () => {
    const { snapshots } = await list([
      { id: idOf("a"), time: "2026-11-20T12:00:00Z", tree: idOf("tree") } as unknown as ListedSnapshot,
    ]);
    assert.deepEqual(snapshots, [
      {
        id: idOf("a"),
        short: idOf("a").slice(0, 8),
        time: "2026-11-20T12:00:00Z",
        moment: now,
        hostname: "",
        paths: [],
        tags: [],
        original: null,
        tree: idOf("tree"),
        summary: null,
        mine: false,
        partial: false,
        altered: false,
        superseded: false,
        future: false,
        looked: null,
        changed: false,
      },
    ]);
  });

  it("tells which are of this host and path", async () => {
    const listed = [
      snapshot("a", -5),
      snapshot("b", -4, { paths: ["/other", "/data"] }),
      snapshot("c", -3, { host: "another" }),
      snapshot("d", -2, { paths: ["/data/import"] }),
      snapshot("e", -1, { paths: ["/"] }),
    ];
    assert.deepEqual(await having("mine", listed), ["a", "b"]);
  });

  it("tells which are partial, altered by a repair, and dated in the future", async () => {
    const listed = [
      snapshot("a", -5, { tags: ["partial"] }),
      snapshot("b", -4, { tags: ["nightly", "partial"] }),
      snapshot("c", -3, { tags: ["partial-of-it"] }),
      snapshot("d", -2, { tags: ["repaired"], original: "z" }),
      snapshot("e", 5 * minute),
      snapshot("f", 5 * minute + 1),
      snapshot("g", 80 * 365 * day),
    ];
    assert.deepEqual(await having("partial", listed), ["a", "b"]);
    assert.deepEqual(await having("altered", listed), ["d"]);
    assert.deepEqual(await having("future", listed), ["f", "g"]);
  });

  describe("takes what `restic tag` has left behind, killed between its two steps,", () => {
    it("for superseded, and for as partial as the copy is", async () => {
      const listed = [
        snapshot("a", -9),
        snapshot("b", -9, { tags: ["partial"], original: "a" }),
        snapshot("c", -8, { tags: ["partial"] }),
        snapshot("d", -8, { original: "c" }),
        snapshot("e", -7),
        snapshot("f", -7, { tags: ["keep"], original: "e" }),
      ];
      assert.deepEqual(await having("superseded", listed), ["a", "c", "e"]);
      assert.deepEqual(await having("partial", listed), ["b", "a", "c"]);
    });

    it("twice: one of the copies counts, and all are as partial as any that is nobody's original", async () => {
      const copies = (name: string, ...tags: string[][]) =>
        tags.map((each, index) =>
          snapshot(`${name}${index}`, -9, { tags: each, tree: name, ...(index > 0 && { original: `${name}0` }) }),
        );
      const listed = [
        ...copies("a", ["x"], ["x", "y"], ["z"]),
        ...copies("b", [], ["x"], ["partial"]),
        ...copies("c", ["partial", "y"], ["x"]),
        ...copies("d", ["partial"], ["partial", "x"], ["x", "y", "z"]).slice(1),
        ...copies("e", ["x"], ["x"]),
        ...copies("f", ["x"]),
      ];
      assert.deepEqual((await having("superseded", listed)).sort(), ["a0", "a2", "b0", "b1", "c0", "d1", "e0"]);
      assert.deepEqual((await having("partial", listed)).sort(), ["b0", "b1", "b2", "c0", "d1", "d2"]);
    });

    it("but not what was rewritten or repaired, and left beside its original", async () => {
      const listed = [
        snapshot("a", -9),
        snapshot("b", -9, { original: "a", tree: "less" }),
        snapshot("c", -8),
        snapshot("d", -7, { original: "c" }),
      ];
      assert.deepEqual(await having("superseded", listed), []);
    });
  });

  describe("of notes", () => {
    it("leaves them out, old and new ones, whatever their tags and hosts are", async () => {
      const { snapshots, notes } = await list([
        note("checked", "n", -hour, ["run:3"]),
        oldNote("checked", "o", -2 * hour, ["run:2"]),
        { ...note("of-a-later-version", "p", -hour), tags: ["changed"] },
        snapshot("a", 0),
        snapshot("b", 0, { paths: ["/restic-backup-checked", "/data"] }),
        snapshot("c", 0, { tags: ["restic-backup-damaged"] }),
      ]);
      assert.deepEqual(namesOf(snapshots.map(({ id }) => id)), ["a", "b", "c"]);
      assert.deepEqual(
        notes.map(({ kind, id, at }) => [kind, ...namesOf([id]), at - now]),
        [
          ["of-a-later-version", "p", Date.UTC(1980, 0) / 1000 - now],
          ["checked", "o", -2 * hour],
          ["checked", "n", -hour],
        ],
      );
    });

    it("takes the path of the backup itself for none", async () => {
      const listed = [snapshot("a", 0, { paths: ["/restic-backup-data"] })];
      const args = { host: "host", path: "/restic-backup-data", now };
      const expression = "snapshot_list($host; $path; $now) | [.snapshots, .notes | length]";
      assert.deepEqual(await evaluate(["snapshots", "moments"], expression, listed, args), [1, 0]);
    });

    it("knows how many parts were checked, and when a backup was cut off last", async () => {
      const { runs, unfinished } = await list([
        note("checked", "a", -3 * hour, ["run:9"]),
        note("checked", "b", -2 * hour, ["run:10"]),
        note("checked", "c", -hour, ["run:nonsense"]),
        note("unfinished", "d", -3 * day),
        note("unfinished", "e", -2 * day),
      ]);
      assert.equal(runs, 10);
      assert.deepEqual(namesOf(unfinished.map(({ id }) => id)), ["d", "e"]);
    });

    it("knows which snapshot one is about", async () => {
      const { notes } = await list([
        note("unsettled", "n", 0, ["of:abc", "of-job:x", "of:d"]),
        note("checked", "o", 1),
      ]);
      assert.deepEqual(
        notes.map(({ of }) => of),
        [["abc", "d"], []],
      );
    });

    it("knows which backups that were cut off are made again: those of its host and path", async () => {
      const cutOff = (name: string, offset: number, host?: string, path?: string) =>
        note("unfinished", name, offset, host && path ? [`of-host:${host}`, `of-path:${path}`] : []);
      const { unfinished, made_again } = await list([
        snapshot("own", -9 * hour, { paths: ["/data", "/etc"] }),
        snapshot("b", -7 * hour, { host: "b", paths: ["/a, b"] }),
        snapshot("partial", -hour, { host: "b", paths: ["/a, b"], tags: ["partial"] }),
        snapshot("c", -hour, { host: "c" }),
        cutOff("before own", -10 * hour, "host", "/data"),
        cutOff("after own", -8 * hour, "host", "/data"),
        cutOff("before b", -8 * hour, "b", "/a%2C%20b"),
        cutOff("after b", -7 * hour, "b", "/a%2C%20b"),
        cutOff("other path", -8 * hour, "b", "/data"),
        cutOff("other host", -8 * hour, "gone", "/data"),
        cutOff("nobody's, before own", -10 * hour),
        cutOff("nobody's, after own", -8 * hour),
        cutOff("future", hour),
      ]);
      const left = ["after own", "nobody's, after own", "other host", "other path", "after b"];
      assert.deepEqual(namesOf(unfinished.map(({ id }) => id)).sort(), left.sort());
      assert.deepEqual(namesOf(made_again).sort(), ["before b", "before own", "nobody's, before own"]);
    });
  });

  describe("knows of damage", () => {
    const damage: [title: string, notes: ListedSnapshot[], since: number | null, ids: string[]][] = [
      ["that was noted", [note("damaged", "a", -hour)], -hour, ["a"]],
      ["that an earlier version noted", [oldNote("damaged", "a", -hour)], -hour, ["a"]],
      [
        "the oldest of it",
        [oldNote("damaged", "b", -hour), note("damaged", "a", -2 * hour), note("damaged", "c", -minute)],
        -2 * hour,
        ["a", "b", "c"],
      ],
      [
        "nothing where all is cleared",
        [
          oldNote("damaged", "a", -2 * hour),
          note("damaged", "b", -hour),
          note("cleared", "c", 0, [`clears:${idOf("a")}`, `clears:${idOf("b")}`]),
        ],
        null,
        [],
      ],
      [
        "what came after it was cleared",
        [
          note("damaged", "a", -2 * hour),
          note("cleared", "b", -hour, [`clears:${idOf("a")}`]),
          note("damaged", "c", -minute),
        ],
        -minute,
        ["c"],
      ],
      [
        "nothing where the note has got other tags since it was cleared",
        [
          { ...note("damaged", "copy", -hour, ["seen"]), original: idOf("a") },
          note("cleared", "b", 0, [`clears:${idOf("a")}`]),
        ],
        null,
        [],
      ],
      [
        "nothing where the note had got other tags, and is there twice",
        [
          note("damaged", "a", -hour),
          { ...note("damaged", "copy", -hour, ["seen"]), original: idOf("a") },
          note("cleared", "b", 0, [`clears:${idOf("copy")}`]),
        ],
        null,
        [],
      ],
    ];
    for (const [title, notes, since, ids] of damage) {
      it(title, async () => {
        const { damaged_since, damage_notes } = await list(notes);
        assert.equal(damaged_since === null ? null : damaged_since - now, since);
        assert.deepEqual(namesOf(damage_notes), ids);
      });
    }
  });

  it("knows of no damage of another repository, from which `restic copy` brought the note", async () => {
    const listed = [
      note("damaged", "here", -hour, ["repository:a"]),
      note("damaged", "there", -2 * hour, ["repository:b"]),
      note("damaged", "unknown", -3 * hour),
    ];
    for (const [repository, names] of [
      ["a", ["unknown", "here"]],
      ["c", ["unknown"]],
      ["", ["unknown", "there", "here"]],
    ] as const) {
      const { damage_notes } = await list(listed, repository);
      assert.deepEqual(namesOf(damage_notes), names, repository);
    }
    const { damaged_since } = await list(listed.slice(0, 2), "c");
    assert.equal(damaged_since, null);
  });

  it("knows when the newest complete one of this host and path began", async () => {
    const listed = [
      snapshot("a", -9 * hour),
      snapshot("b", -8 * hour),
      snapshot("c", -7 * hour, { tags: ["partial"] }),
      snapshot("d", -6 * hour, { tags: ["repaired"] }),
      snapshot("e", -5 * hour, { host: "another" }),
      snapshot("f", hour),
    ];
    assert.equal(((await list(listed)).newest_complete as number) - now, -8 * hour);
    assert.equal((await list(listed.slice(2))).newest_complete, null);
  });
});
