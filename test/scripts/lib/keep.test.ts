import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { anyRules } from "../../support/any-rules";
import { evaluate } from "../../support/jq";
import { type SnapshotSpec, writeSnapshots } from "../../support/write-snapshots";
import { secrets } from "../checked-report";
import { emptyRepository } from "../test-repository";

const modules = ["keep", "rules", "moments"];

interface Listed {
  readonly id: string;
  readonly time: string;
  readonly hostname: string;
}

/** The names of those that rules keep, of snapshots with the names of their times. */
async function kept(times: readonly string[], ...rules: string[]): Promise<string[]> {
  const snapshots = times.map((time) => ({ id: time, time, tags: [] }));
  const expression = "map(. + {moment: (.time | moment)}) | kept($rules; $now) | keys";
  const args = { rules, now: Date.UTC(2026, 11, 1) / 1000 };
  return (await evaluate(modules, expression, snapshots, args)) as string[];
}

describe("the keep rules", () => {
  const table: [what: string, rules: string[], times: string[], kept: string[]][] = [
    ["keep all where there are none", [], ["2026-11-01T00:00:00Z"], ["2026-11-01T00:00:00Z"]],
    ["keep all where none says anything", ["--keep-last=0"], ["2026-11-01T00:00:00Z"], ["2026-11-01T00:00:00Z"]],
    ["keep nothing of nothing", ["--keep-last=3"], [], []],
    [
      "reach back less far than exactly to the duration",
      ["--keep-within=1d"],
      ["2026-11-01T00:00:00.5Z", "2026-11-01T02:00:00.500000001+02:00", "2026-11-02T00:00:00.5Z"],
      ["2026-11-01T02:00:00.500000001+02:00", "2026-11-02T00:00:00.5Z"],
    ],
    [
      "find the third of March a month before the thirty-first, as Go does",
      ["--keep-within=1m"],
      ["2025-03-03T12:00:00Z", "2025-03-03T12:00:01Z", "2025-03-31T12:00:00Z"],
      ["2025-03-03T12:00:01Z", "2025-03-31T12:00:00Z"],
    ],
    [
      "count the days of the clocks that wrote the times",
      ["--keep-daily=2"],
      ["2026-11-02T01:00:00+02:00", "2026-11-01T23:30:00Z", "2026-11-02T00:30:00Z"],
      ["2026-11-01T23:30:00Z", "2026-11-02T00:30:00Z"],
    ],
    [
      "keep all that have a place without a limit",
      ["--keep-monthly=unlimited"],
      ["2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", "2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z"],
      ["2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", "2026-10-02T00:00:00Z"],
    ],
    [
      "count the weeks from Monday",
      ["--keep-weekly=1"],
      ["2026-11-15T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-22T23:59:59Z"],
      ["2026-11-22T23:59:59Z"],
    ],
  ];
  for (const [what, rules, times, expected] of table) {
    it(what, async () => {
      assert.deepEqual(await kept(times, ...rules), [...expected].sort());
    });
  }

  describe("of two that were begun at the same moment keep", () => {
    const holding = (files: number, bytes: number) => ({
      summary: { total_files_processed: files, total_bytes_processed: bytes },
    });
    const ties: [what: string, lesser: object, kept: object][] = [
      ["the one that holds more files", holding(5, 900), holding(6, 60)],
      ["the one that holds more bytes", holding(6, 60), holding(6, 61)],
      [
        "the one that restic rewrite has not made",
        { ...holding(6, 60), tags: ["rewrite"], original: "x" },
        holding(6, 60),
      ],
      [
        "the one that restic rewrite has not made of a tagged one",
        { tags: ["a", "rewrite"], original: "y" },
        { original: "x" },
      ],
      ["the one that is no copy", { original: "x" }, {}],
      ["the one of which nobody knows what it holds", { ...holding(5, 50), tags: ["rewrite"] }, {}],
    ];
    for (const [what, lesser, more] of ties) {
      it(what, async () => {
        const expression = "map(map(. + {moment: (.time | moment)})) | map(kept($rules; $now) | keys)";
        const time = "2026-11-01T00:00:00.123456789Z";
        const newer = { id: "n", time: "2026-11-03T00:00:00Z" };
        const pairs = [
          ["a", "b"],
          ["b", "a"],
        ].map(([first, second]) => [{ ...lesser, id: first, time }, { ...more, id: second, time }, newer]);
        for (const rule of [
          "--keep-daily=2",
          "--keep-yearly=2",
          "--keep-yearly=unlimited",
          "--keep-within-yearly=1y",
        ]) {
          const args = { rules: [rule], now: Date.UTC(2026, 11, 1) / 1000 };
          assert.deepEqual(
            await evaluate(modules, expression, pairs, args),
            [
              ["b", "n"],
              ["a", "n"],
            ],
            rule,
          );
        }
      });
    }
  });

  it("take half a second for 10,000 snapshots, and not minutes", async function () {
    // For a busy machine. What grew with the square of them would take longer on an idle one.
    this.timeout(240_000);
    const times = Array.from({ length: 10_000 }, (_, index) => new Date(index * 28_800_000 + 5e11).toISOString());
    const all = await kept(times, "--keep-last=5", "--keep-weekly=50", "--keep-yearly=9", "--keep-within-daily=2y");
    assert.ok(all.length > 500 && all.length < 900, `${all.length}`);
  });

  describe("judge snapshots as restic does", function () {
    this.timeout(240_000);
    let repository: string;

    before(async () => {
      repository = await mkdtemp(join(tmpdir(), "keep-test-"));
      await cp(await emptyRepository(), repository, { recursive: true });
    });
    after(() => rm(repository, { recursive: true }));

    const restic = async (...args: string[]) => {
      // restic counts durations in its own time zone where it can.
      const env = { RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: secrets[0], TZ: "UTC" };
      const options = ["--no-cache", "--no-lock", "--json"];
      return JSON.parse((await execa("restic", [...options, ...args], { env, stdin: "ignore" })).stdout);
    };

    it("whatever the rules, the times and their offsets are", async () => {
      const seed = Number(process.env.KEEP_SEED ?? Date.now() % 2 ** 31);
      const [hosts, sets] = [Number(process.env.KEEP_HOSTS ?? 40), Number(process.env.KEEP_SETS ?? 16)];
      const series = fc.sample(anySeries, { numRuns: hosts, seed });
      const rules = fc.sample(anyRules, { numRuns: sets, seed });
      writeSnapshots(
        repository,
        secrets[0] as string,
        series.flatMap((one, host) => one.map((spec) => ({ ...spec, host: `host-${host}` }))),
      );
      const snapshots: Listed[] = await restic("snapshots");
      const expression = `map(. + {moment: (.time | moment)}) | group_by(.hostname) as $groups
        | $sets | map(. as $rules | reduce $groups[] as $group ({}; .[$group[0].hostname] = ($group | kept($rules; now))))`;
      const kept = (await evaluate(modules, expression, snapshots, { sets: rules })) as Record<
        string,
        Record<string, true>
      >[];

      for (const [index, set] of rules.entries()) {
        const groups: { host: string; keep: Listed[] | null; remove: Listed[] | null }[] = await restic(
          "forget",
          "--dry-run",
          "--group-by=host",
          ...set,
        );
        assert.equal(groups.length, new Set(snapshots.map(({ hostname }) => hostname)).size);
        for (const { host, keep, remove } of groups) {
          const all = [...(keep ?? []), ...(remove ?? [])];
          const ours = all.filter(({ id }) => kept[index]?.[host]?.[id]);
          // Of those of the same moment, restic keeps any.
          assert.deepEqual(times(ours), times(keep ?? []), `seed ${seed}, ${set.join(" ")}\n${times(all).join("\n")}`);
        }
      }
    });
  });
});

function times(snapshots: readonly Listed[]): string[] {
  return snapshots.map(({ time }) => time).sort();
}

/** Steps back in time, from one snapshot to the one before: of a nightly run, of anything, and such as rules have. */
const minute = 60_000_000_000n;
const anyStep = fc.oneof(
  fc.constantFrom(60n, 60n * 24n, 60n * 24n * 7n, 60n * 24n * 31n).map((minutes) => minutes * minute),
  fc.bigInt(20n * 60n * minute, 28n * 60n * minute),
  fc.bigInt(1n, 120n * minute),
  fc.bigInt(1n, 10n),
  fc.bigInt(1n, 60n * 24n * 40n * minute),
  fc.bigInt(1n, 60n * 24n * 500n * minute),
);

const anySnapshot = fc.record({
  step: anyStep,
  offset: fc.constantFrom(0, 0, 60, 120, -210, 840, -720, 345),
  tags: fc.subarray(["partial", "a", "b", "c d"]),
});

/** From a moment around now backwards, none within ten minutes of now: what is in the future must not depend on how long this takes. */
const anySeries = fc
  .record({
    start: fc.oneof(
      fc.constant(-minute * 60n),
      fc.bigInt(-minute * 60n * 24n * 400n, 0n),
      fc.bigInt(0n, minute * 60n * 24n * 40n),
    ),
    steps: fc.array(anySnapshot, { minLength: 1, maxLength: 40 }),
  })
  .map(({ start, steps }): SnapshotSpec[] => {
    const now = BigInt(Date.now()) * 1_000_000n;
    let moment = now + start;
    return steps
      .map(({ step, offset, tags }) => {
        moment -= step;
        return { distance: moment - now, time: rfc3339(moment, offset), tags };
      })
      .filter(({ distance }) => distance < -10n * minute || distance > 10n * minute);
  });

function rfc3339(nanoseconds: bigint, offset: number): string {
  const local = new Date(Number(nanoseconds / 1_000_000_000n) * 1000 + offset * 60_000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = `${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
  return `${local}${fraction === "" ? "" : `.${fraction}`}${offset === 0 ? "Z" : zone}`;
}
