import assert from "node:assert/strict";
import fc from "fast-check";
import { anyRules } from "../../support/any-rules";
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
import { expire, modules, nights, type Result, removed, tonight, warned } from "./expire-night";

describe("retention", () => {
  it("removes what the rules do not keep, oldest first, and says how many remain", async () => {
    assert.deepEqual(await expire([...nights(5, 1), tonight], ["--keep-last=3"]), {
      listed: idOf("new"),
      remove: ["-5", "-4", "-3"].map(idOf),
      left: 0,
      kept: 3,
      held: null,
      notes: [],
      warnings: [],
    });
  });

  it("removes nothing without rules, and nothing where no rule says anything", async () => {
    const listed = [
      snapshot("partial", -90 * day, { tags: ["partial"] }),
      snapshot("left", -80 * day),
      snapshot("copy", -80 * day, { tags: ["x"], original: "left" }),
      ...nights(60, 1),
      tonight,
    ];
    for (const rules of [[], [""], ["--keep-last=0"]]) {
      const { remove, kept, held } = await expire(listed, rules);
      assert.deepEqual([remove, kept, held], [[], 63, null]);
    }
  });

  it("removes nothing when the new snapshot is not listed", async () => {
    assert.deepEqual(await expire(nights(5, 1), ["--keep-last=1"]), {
      listed: null,
      remove: [],
      left: 0,
      kept: 5,
      held: null,
      notes: [],
      warnings: [],
    });
  });

  it("knows the new snapshot by its original, when its tags were changed meanwhile", async () => {
    const { listed, remove } = await expire(
      [...nights(2, 1), snapshot("copy", -hour, { tags: ["keep"], original: "new" })],
      ["--keep-last=1"],
    );
    assert.deepEqual([namesOf([listed as string]), namesOf(remove)], [["copy"], ["-2", "-1"]]);
  });

  it("knows the new snapshot by any of its names, and takes the one that counts", async () => {
    const [twin, tagged] = [snapshot("new", -hour), snapshot("copy", -hour, { tags: ["x"], original: "new" })];
    const { listed, remove } = await expire([...nights(1, 1), twin, tagged], ["--keep-last=1"]);
    assert.deepEqual([namesOf([listed as string]), namesOf(remove)], [["copy"], ["-1", "new"]]);
  });

  it("removes nothing as long as damage is recorded", async () => {
    assert.deepEqual(await warned([...nights(5, 1), tonight, oldNote("damaged", "note", -hour)], ["--keep-last=1"]), [
      "damage",
    ]);
  });

  it("removes as many as one command line holds, and says how many are left", async () => {
    const listed = Array.from({ length: 5100 }, (_, index) => snapshot(`s${index}`, index * minute - 90 * day));
    const { remove, left, kept } = await expire([...listed, tonight], ["--keep-last=1"]);
    assert.deepEqual([remove.length, left, kept], [5000, 100, 101]);
    assert.deepEqual(namesOf(remove.slice(0, 2)), ["s0", "s1"]);
  });

  it("leaves other hosts, other paths and notes alone", async () => {
    const listed = [
      snapshot("a", -3 * day, { host: "another" }),
      snapshot("b", -2 * day, { host: "another" }),
      snapshot("c", -3 * day, { paths: ["/data/deeper"] }),
      snapshot("d", -2 * day, { paths: ["/data/deeper"] }),
      note("checked", "e", -3 * day, ["run:1"]),
      oldNote("checked", "f", -2 * day, ["run:2"]),
      tonight,
    ];
    assert.deepEqual(await removed(listed, ["--keep-last=1"]), []);
  });

  it("holds, whatever there is, to what it promises", async function () {
    this.timeout(240_000);
    const seed = Number(process.env.EXPIRE_SEED ?? Date.now() % 2 ** 31);
    const nights = fc.sample(anyNight, { numRuns: Number(process.env.EXPIRE_RUNS ?? 500), seed });
    const first = await expireAll(nights);
    const second = await expireAll(
      nights.map((night, index) => {
        const gone = new Set(first[index]?.remove);
        return { ...night, listed: night.listed.filter(({ id }) => !gone.has(id)) };
      }),
    );
    for (const [index, night] of nights.entries()) {
      const { remove, held } = first[index] as Result;
      try {
        checkPromises(night, remove, held);
        const left = night.listed.filter(({ id }) => !remove.includes(id));
        const again = second[index] as Result;
        checkPromises({ ...night, listed: left }, again.remove, again.held);
        // Without the copy, the original counts; without the accepted one, others are measured.
        if (night.listed.every((one) => one.original === undefined && !one.hostname?.startsWith("restic-backup-"))) {
          assert.deepEqual(namesOf(again.remove), [], "a second run removes more");
        }
      } catch (error) {
        const { message } = error as Error;
        throw new Error(`${message}\nseed ${seed}, removed ${namesOf(remove)}\n${described(night)}`, { cause: error });
      }
    }
  });
});

function described({ listed, rules, percent }: Night): string {
  const lines = listed.map(({ id, time, paths, hostname, tags, summary }) =>
    [namesOf([id]), time, hostname, paths, tags, summary?.total_files_processed, summary?.total_bytes_processed].join(
      " ",
    ),
  );
  return [`${rules.join(" ")} percent ${percent}`, ...lines].join("\n");
}

interface Night {
  readonly listed: readonly ListedSnapshot[];
  readonly rules: readonly string[];
  readonly percent: number;
  readonly job: string;
}

async function expireAll(cases: readonly Night[]): Promise<Result[]> {
  const expression = `map(. as $case | .listed | snapshot_list("host"; "/data"; $now) | expire($case.rules; [$id]; $case.percent; $case.job))`;
  return (await evaluate(modules, expression, cases, { now, id: idOf("new") })) as Result[];
}

function checkPromises({ listed, rules, percent, job }: Night, remove: readonly string[], held: string | null): void {
  const has = (one: ListedSnapshot, tag: string) => one.tags?.includes(tag) ?? false;
  const moment = ({ time }: ListedSnapshot) => Date.parse(time) / 1000;
  const newest = listed.find(({ id }) => id === idOf("new")) as ListedSnapshot;
  const mine = listed
    .filter(({ hostname, paths }) => hostname === "host" && paths.includes("/data"))
    .sort((a, b) => moment(a) - moment(b));
  const gone = remove.flatMap((id) => mine.filter((one) => one.id === id));
  assert.equal(gone.length, remove.length, "removes something else than its own snapshots");
  assert.ok(!gone.includes(newest), "removes the new one");
  assert.ok(
    gone.every((one) => moment(one) <= now + 300),
    "removes what is in the future",
  );
  assert.deepEqual(
    gone.map(moment),
    [...gone.map(moment)].sort((a, b) => a - b),
    "is not in order",
  );
  assert.ok(held === null || gone.length === 0, "removes something although it says that it does not");

  const originals = mine.flatMap(({ original }) => original ?? []);
  const complete = mine.filter(
    (one) => !has(one, "partial") && !has(one, "repaired") && !originals.includes(one.id) && moment(one) <= now + 300,
  );
  for (const paths of ["/data", "/data /etc"]) {
    const group = complete.filter((one) => one.paths.join(" ") === paths);
    assert.ok(group.length === 0 || group.some((one) => !gone.includes(one)), `removes all complete ones of ${paths}`);
  }
  assert.ok(
    gone.every((one) => one.paths.join() === newest.paths.join()),
    "removes what has other paths",
  );
  const group = complete.filter((one) => one.paths.join() === newest.paths.join());
  const newestCounts = group.includes(newest);
  const before = group.filter((one) => moment(one) < moment(newest));
  const since = Math.max(...group.filter((one) => isNoted("accepted", one, listed)).map(moment));
  const { total_files_processed: files, total_bytes_processed: bytes } =
    newest.summary as Required<ListedSnapshot>["summary"];
  const once = gone.filter((one) => !originals.includes(one.id));
  for (const one of once.filter((one) => moment(one) < moment(newest) && moment(one) >= since)) {
    const { total_files_processed, total_bytes_processed } = one.summary as Required<ListedSnapshot>["summary"];
    const limit = percent === 0 ? 0 : (100 - percent) / 100;
    assert.ok(
      files >= total_files_processed * limit && bytes >= total_bytes_processed * limit,
      "removes what holds more",
    );
  }
  for (const one of once.filter((one) => has(one, "partial"))) {
    const newer = before.map(moment).filter((at) => at > moment(one));
    assert.ok(Math.max(...newer) - Math.min(...newer) >= 7 * day, "removes a partial one early");
  }
  const counts = /^--keep-(last|hourly|daily|weekly|monthly|yearly)=[^0]/;
  // Of the tries of one run, the last one counts.
  const later = new Set(newestCounts ? [job] : []);
  // Nobody knows whether what was changed is whole, so it pushes out nothing.
  const known = before.filter(({ original }) => original === undefined);
  const needless = [...known].reverse().filter((one) => {
    const own = jobOf(one, listed);
    const isNeedless = own !== "" && later.has(own);
    later.add(own);
    return isNeedless;
  });
  const needed = known.filter((one) => !needless.includes(one));
  const counted = rules.filter((rule) => rule.startsWith("--keep-last="));
  const last = counted.length === 1 ? Number(counted[0]?.slice("--keep-last=".length)) : 0;
  // What another pod began after the new one is among the last, too.
  const newer = group.filter((one) => moment(one) > moment(newest));
  const lastOnes = last > 0 ? [...needed, ...(newestCounts ? [newest] : []), ...newer].slice(-last) : [];
  assert.ok(!lastOnes.some((one) => gone.includes(one)), "removes one of the last");
  assert.ok(
    needed.length === 0 || rules.some((rule) => counts.test(rule)) || before.some((one) => !gone.includes(one)),
    "removes all that was there before",
  );
}

function isNoted(kind: string, one: ListedSnapshot, listed: readonly ListedSnapshot[]): boolean {
  return notesOf(kind, one, listed).length > 0;
}

function notesOf(kind: string, { id, original }: ListedSnapshot, listed: readonly ListedSnapshot[]) {
  const notes = listed.filter(({ paths }) => paths[0] === `/restic-backup-${kind}`);
  return notes.filter(({ tags }) => tags?.includes(`of:${id}`) || tags?.includes(`of:${original}`));
}

function jobOf(one: ListedSnapshot, listed: readonly ListedSnapshot[]): string {
  const noted = notesOf("unsettled", one, listed).flatMap((note) => note.tags ?? []);
  const tags = [...(one.tags ?? []), ...noted];
  return tags.find((tag) => tag.startsWith("of-job:"))?.slice("of-job:".length) ?? "";
}

const anyOne = fc.record({
  step: fc.oneof(
    fc.integer({ min: 20 * hour, max: 28 * hour }),
    fc.integer({ min: 1, max: 20 * hour }),
    fc.integer({ min: 1, max: 60 * day }),
  ),
  tags: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(["partial", "repaired", "a", "b"])),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant("host") }, fc.constant("another")),
  paths: fc.oneof({ weight: 9, arbitrary: fc.constant(["/data"]) }, fc.constant(["/data", "/etc"])),
  files: fc.integer({ min: 1, max: 200 }),
  bytes: fc.integer({ min: 1, max: 200 }),
  note: fc.constantFrom("", "", "", "", "unsettled", "unsettled", "accepted"),
  job: fc.constantFrom("none", "same", "same", "another"),
  /** Whether the snapshot itself says of which Job it is. */
  tagged: fc.boolean(),
  /** What `restic tag` has left behind. */
  twice: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const anyNight: fc.Arbitrary<Night> = fc
  .record({
    start: fc.oneof(fc.constant(0), fc.integer({ min: -90 * day, max: 0 }), fc.integer({ min: 0, max: 90 * day })),
    newest: anyOne,
    others: fc.array(anyOne, { maxLength: 30 }),
    rules: fc.oneof(
      anyRules,
      anyRules.map((rules) => rules.filter((rule) => !/^--keep-(last|hourly|daily|weekly|monthly|yearly)=/.test(rule))),
    ),
    percent: fc.constantFrom(0, 10, 50, 90),
    job: fc.constantFrom("", "0"),
  })
  .map(({ start, newest, others, rules, percent, job }) => {
    let [offset, jobs] = [start, 0];
    const older = others.flatMap((one, index) => {
      offset -= one.step;
      jobs += one.job === "another" || one.step > 6 * hour ? 1 : 0;
      const name = `${index}`;
      const job = one.job === "none" ? [] : [`of-job:${jobs}`];
      const details = { ...one, tags: [...one.tags, ...(one.tagged ? job : [])] };
      return [
        snapshot(name, offset, details),
        ...(one.twice ? [snapshot(`copy ${name}`, offset, { ...details, tags: ["c"], original: name })] : []),
        ...(one.note === ""
          ? []
          : [note(one.note, `note ${name}`, offset, [`of:${idOf(name)}`, ...(one.note === "unsettled" ? job : [])])]),
      ];
    });
    const { files, bytes, tags } = newest;
    return { listed: [...older, snapshot("new", -minute, { files, bytes, tags })], rules, percent, job };
  });
