import assert from "node:assert/strict";
import { execa } from "execa";
import { evaluate, runProgram } from "../../support/jq";
import type { ListedSnapshot } from "../../support/listed-snapshot";
import { day, hour, idOf, minute, namesOf, now, snapshot } from "../../support/listed-snapshot";
import { writeSnapshots } from "../../support/write-snapshots";
import { secrets } from "../checked-report";
import { inBothShells, inBusybox } from "../shell-under-test";
import { withRepository } from "../test-repository";
import { backedUp, restored } from "./restore-trials";

interface Asked {
  readonly wanted?: string;
  readonly until?: number;
  readonly altered?: readonly string[];
  readonly elsewhere?: readonly string[];
  readonly untouched?: boolean;
}

interface Chosen {
  readonly names: readonly string[];
  readonly age: string;
  readonly copied: string;
  readonly flaw: string;
  readonly incomplete: string;
  readonly passedOver: string;
  readonly counts: readonly string[];
  readonly wayOut: string | undefined;
}

describe("choose-snapshot.jq", () => {
  it("takes the newest one of this host and path", async () => {
    const list = [
      snapshot("old", -day),
      snapshot("new", -hour),
      snapshot("host", -minute, { host: "other" }),
      snapshot("path", -minute, { paths: ["/else"] }),
    ];
    const { names, age, passedOver } = await choose(list);
    assert.deepEqual([names, age, passedOver], [["new"], "60 minutes before now", ""]);
  });

  it("takes of two that were begun at the same moment the one that restic rewrite took nothing out of", async () => {
    for (const [whole, rewritten] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const list = [
        snapshot(whole, -hour, { files: 6, original: "x" }),
        snapshot(rewritten, -hour, { files: 5, original: "y", tags: ["rewrite"], tree: "less" }),
      ];
      assert.deepEqual((await choose(list)).names, [whole]);
    }
  });

  it("finds nothing in an empty list", async () => {
    assert.deepEqual((await choose([])).names, []);
    assert.deepEqual((await choose([snapshot("p", -day, { tags: ["partial"] })])).names, []);
  });

  it("takes the newest until a time, which its second is part of", async () => {
    const list = [snapshot("one", -3 * day), { ...snapshot("two", 0), time: "2026-11-20T12:00:00.9Z" }];
    assert.deepEqual((await choose(list, { until: now })).names, ["two"]);
    const earlier = await choose(list, { until: now - 1 });
    assert.deepEqual([earlier.names, earlier.age], [["one"], "2 days before the time that was asked for"]);
    assert.deepEqual((await choose(list, { until: now - 4 * day })).names, []);
  });

  it("says how old a snapshot is where a time in the future was asked for", async () => {
    const { names, age } = await choose([snapshot("one", -3 * day)], { until: now + 900 * day });
    assert.deepEqual([names, age], [["one"], "3 days before now"]);
  });

  it("passes over what is partial, altered or dated in the future, and says so", async () => {
    const list = [
      snapshot("older", -40 * day, { tags: ["partial"] }),
      snapshot("good", -31 * day),
      snapshot("part", -3 * day, { tags: ["partial"] }),
      snapshot("part2", -2 * day, { tags: ["partial"] }),
      snapshot("alt", -day, { tags: ["repaired"] }),
      snapshot("future", 400 * day),
    ];
    const { names, age, passedOver } = await choose(list);
    assert.deepEqual([names, age], [["good"], "31 days before now, if the clock here is right"]);
    assert.match(
      passedOver,
      /^4 newer snapshots were passed over \(2 partial, 1 altered by a repair, 1 dated in the future\)\. The newest of them is ([0-9a-f]{8}) of 2027-12-25 13:00:00 CET: restore\.sh \1 restores it\. The clock here shows 2026-11-20 13:00:00 CET: compare it with a watch\. If it is behind, \1 may be the newest backup\.$/,
    );
    assert.ok(passedOver.includes(idOf("future").slice(0, 8)));
    const until = await choose(list, { until: now - 2.5 * day });
    assert.match(until.passedOver, /^1 newer snapshot was passed over \(1 partial\)/);
  });

  it("names the newest complete one of those that are dated in the future, because the clock here may be behind", async () => {
    const list = [
      snapshot("tonight", -minute),
      snapshot("whole", 399 * day),
      snapshot("part", 400 * day, { tags: ["partial"] }),
    ];
    const { names, passedOver } = await choose(list);
    assert.deepEqual(names, ["tonight"]);
    const short = idOf("whole").slice(0, 8);
    assert.match(
      passedOver,
      new RegExp(
        `^2 newer .* watch\\. If it is behind, ${short} of 2027-12-24 13:00:00 CET may be the newest complete backup: restore\\.sh ${short} restores it\\.$`,
      ),
    );
    const partial = await choose(list.filter(({ id }) => id !== idOf("whole")));
    assert.match(partial.passedOver, / compare it with a watch\.$/);
  });

  it("says nothing of what is older, of another host, or was asked for by its id", async () => {
    const list = [
      snapshot("bad", -2 * day, { tags: ["partial"] }),
      snapshot("good", -day),
      snapshot("host", -hour, { host: "other", tags: ["partial"] }),
    ];
    assert.equal((await choose(list)).passedOver, "");
    assert.equal(
      (await choose([...list, snapshot("p", -hour, { tags: ["partial"] })], { wanted: idOf("good") })).passedOver,
      "",
    );
  });

  for (const [what, details, offset, incomplete, flaw] of [
    ["good", {}, -day, "", /^$/],
    ["partial", { tags: ["partial"] }, -day, "yes", /partial/],
    ["altered", { tags: ["nightly", "repaired"] }, -day, "yes", /altered by a repair/],
    ["future", {}, 10 * day, "", /in the future: .*, or the one here, which shows 2026-11-20 13:00:00 CET, is behind/],
    ["another host's", { host: "other" }, -day, "", /^$/],
  ] as const) {
    it(`takes a ${what} one by its id, and says what is wrong with it`, async () => {
      const chosen = await choose([snapshot("one", offset, details), snapshot("two", -hour)], {
        wanted: idOf("one").slice(0, 6),
      });
      assert.deepEqual([chosen.names, chosen.incomplete], [["one"], incomplete]);
      assert.match(chosen.flaw, flaw);
    });
  }

  it("takes no snapshot of another path by its id", async () => {
    assert.deepEqual((await choose([snapshot("one", -day, { paths: ["/else"] })], { wanted: idOf("one") })).names, []);
  });

  it("names all that an id may mean", async () => {
    const list = [snapshot("ab", -day), snapshot("ac", -hour)];
    assert.deepEqual((await choose(list, { wanted: idOf("a").slice(0, 2) })).names, ["ab", "ac"]);
  });

  it("knows what restic counted, of how many paths, and whether something has written it anew", async () => {
    const one = await choose([snapshot("one", -day, { files: 7, bytes: 70 })]);
    assert.deepEqual([one.counts, one.copied], [["7", "70", "", "1"], ""]);
    const more = await choose([snapshot("one", -day, { paths: ["/data", "/else"], original: "gone" })]);
    assert.deepEqual([more.counts, more.copied], [["100", "100000", "", "2"], "yes"]);
    const { summary: _, ...old } = snapshot("one", -day);
    assert.deepEqual((await choose([old])).counts, ["", "", "", "1"]);
    const whole = { tags: [`whole:${idOf("gone").slice(0, 16)}`], original: "gone" };
    assert.equal((await choose([snapshot("one", -day, whole)])).copied, "");
    const files = { files_new: 1, files_changed: 2, files_unmodified: 97 };
    const dirs = { dirs_new: 1, dirs_changed: 2, dirs_unmodified: 4 };
    const counted = { ...(snapshot("one", -day).summary as object), ...files, ...dirs };
    const made = (summary: object) => choose([{ ...old, summary } as ListedSnapshot]);
    assert.deepEqual((await made(counted)).counts, ["100", "100000", "7", "1"]);
    assert.deepEqual((await made({ ...counted, total_files_processed: 90 })).counts, ["90", "100000", "", "1"]);
  });

  it("names another one that may be whole: the next older complete one of its host, else a newer one", async () => {
    const list = [
      snapshot("old", -3 * day),
      snapshot("part", -2 * day, { tags: ["partial"] }),
      snapshot("host", -2 * day, { host: "other" }),
      snapshot("new", -day),
    ];
    assert.match(
      (await choose(list)).wayOut ?? "",
      /The next complete one is of 2026-11-17 .*: restore\.sh 6f6c6400\. /,
    );
    const oldest = await choose(list, { wanted: idOf("old") });
    assert.match(oldest.wayOut ?? "", /of 2026-11-19 .*: restore\.sh 6e657700\. restore\.sh --list shows all\.$/);
    const only = await choose(list, { wanted: idOf("host") });
    assert.equal(only.wayOut, "Another snapshot may be whole: restore.sh --list shows them.");
  });

  it("passes over what turned out to be altered", async () => {
    const list = [
      snapshot("old", -3 * day),
      snapshot("copy", -2 * day, { original: "gone" }),
      snapshot("alt", -day, { original: "gone" }),
    ];
    const { names, passedOver } = await choose(list, { altered: ["alt"] });
    assert.deepEqual(names, ["copy"]);
    assert.match(passedOver, /^1 newer snapshot was passed over \(1 altered by a repair\)/);
  });

  it("takes one that nothing has written anew where many were altered, and says what it has not looked at", async () => {
    const list = [
      snapshot("old", -3 * day),
      snapshot("copy", -2 * day, { original: "gone" }),
      snapshot("alt", -day, { original: "gone" }),
    ];
    const { names, passedOver } = await choose(list, { altered: ["alt"], untouched: true });
    assert.deepEqual(names, ["old"]);
    assert.match(
      passedOver,
      /^1 newer snapshot was passed over \(1 altered by a repair\)\. .* it\. 1 newer snapshot was not looked at, because .* The newest of them is 636f7079 of .*: restore\.sh 636f7079 restores it\.$/,
    );
    // Where there is none, all the others are looked at, one after the other.
    const rest = await choose(list.slice(1), { altered: ["alt"], untouched: true });
    assert.deepEqual(rest.names, ["copy"]);
    assert.doesNotMatch(rest.passedOver, /looked at/);
  });

  it("passes over what turned out to be made with a relative path, and says how to get it", async () => {
    const list = [snapshot("old", -3 * day), snapshot("rel", -2 * day), snapshot("rel2", -day)];
    const { names, passedOver } = await choose(list, { elsewhere: ["rel", "rel2"] });
    assert.deepEqual(names, ["old"]);
    assert.match(
      passedOver,
      /^2 newer snapshots were passed over \(2 made with a relative path\)\. .*: restic restore [0-9a-f]{8} --target \S+ brings back/,
    );
    const all = await choose(list, { elsewhere: ["old", "rel", "rel2"] });
    assert.deepEqual(all.names, []);
  });
});

describe("choose-snapshot.sh", function () {
  this.timeout(240_000);

  inBothShells("restores no snapshot that stock restic made with a relative path, and says so", async (world) => {
    await withRepository(world);
    const relative = async (cwd: string, path: string) => {
      const words = ["backup", "--json", "--host", "jira-backup", path];
      const { stdout } = await execa("restic", words, { env: world.env, cwd, stdin: "ignore" });
      return (JSON.parse(stdout.split("\n").at(-1) ?? "").snapshot_id as string).slice(0, 8);
    };
    const first = await relative(world.source, ".");
    const none = await world.run("restore.sh");
    assert.equal(none.exitCode, 65);
    assert.match(
      none.report.message,
      new RegExp(`With a relative path, .* 1 snapshot \\(${first}\\): restic restore ID --target`),
    );
    const good = (await world.run("backup.sh")).report.snapshot;
    const newest = await relative(world.folder, "export");
    const { exitCode, output, report } = await world.run("restore.sh");
    assert.equal(exitCode, 0, output);
    assert.equal(report.snapshot, good);
    assert.match(
      report.warning ?? "",
      new RegExp(`1 newer snapshot was passed over \\(1 made with a relative path\\).*restic restore ${newest} `),
    );
    const byId = await world.run("restore.sh", [newest]);
    assert.equal(byId.exitCode, 65);
    assert.match(byId.report.message, new RegExp(`made with a relative path\\. .*restic restore ${newest} --target`));
  });
});

describe("a snapshot of restic before 0.17", function () {
  this.timeout(240_000);

  inBusybox("is restored with a warning where something has written it anew since", async (world) => {
    await backedUp(world);
    const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json"));
    const old = { time: new Date().toISOString(), host: "jira-backup", paths: [world.source], tree };
    writeSnapshots(world.repository, secrets[0] as string, [old]);
    assert.equal((await restored(world, 0)).report.warning, undefined);
    const copied = { ...old, time: new Date().toISOString(), original: "f".repeat(64) };
    const [id = ""] = writeSnapshots(world.repository, secrets[0] as string, [copied]);
    const { report } = await restored(world, 0);
    assert.equal(report.snapshot, id);
    assert.match(
      report.warning ?? "",
      /may not be all: the snapshot was changed .* does not say what it held then\. Compare it with an older one of restore/,
    );
  });
});

async function choose(
  list: readonly ListedSnapshot[],
  { wanted, until, altered = [], elsewhere = [], untouched = false }: Asked = {},
): Promise<Chosen> {
  const described = await evaluate(["snapshots", "moments"], `snapshot_list("host"; "/data"; ${now}).snapshots`, list);
  const args = {
    path: "/data",
    wanted: wanted ?? (until === undefined ? "latest" : ""),
    until: `${until ?? ""}`,
    now,
    altered: altered.map(idOf).join(" "),
    elsewhere: elsewhere.map(idOf).join(" "),
    untouched: untouched ? "yes" : "",
  };
  // The program reads its input itself, as the shell calls it.
  const lines = await runProgram("choose-snapshot", JSON.stringify(described), args);
  assert.equal(lines.length, 14);
  const [ids = "", short, , age = "", , copied = "", flaw = "", incomplete = "", passedOver = "", ...more] = lines;
  const names = namesOf(ids.split(" ").filter((id) => id !== ""));
  assert.equal(short, names.length === 0 ? "" : idOf(names.at(-1) as string).slice(0, 8));
  return { names, age, copied, flaw, incomplete, passedOver, counts: more.slice(0, 4), wayOut: more[4] };
}
