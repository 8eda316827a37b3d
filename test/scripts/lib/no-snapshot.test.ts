import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { evaluate, runProgram } from "../../support/jq";
import type { ListedSnapshot } from "../../support/listed-snapshot";
import { day, hour, idOf, now, snapshot } from "../../support/listed-snapshot";
import { writeSnapshots } from "../../support/write-snapshots";
import { secrets } from "../checked-report";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, restored } from "./restore-trials";

describe("no-snapshot.sh", function () {
  this.timeout(240_000);

  inBothShells("says of an id of before the path was changed what it is of, and how to restore it", async (world) => {
    const old = world.path("old path's");
    await rename(world.source, old);
    await mkdir(join(old, "export"));
    await writeFile(join(old, "export", "file"), "x");
    await mkdir(world.source);
    const id = (await backedUp(world, { env: { BACKUP_PATH: old } })).slice(0, 8);
    const { report } = await restored(world, 65, { args: [id] });
    assert.match(
      report.message,
      /^Nothing was restored\. Snapshot \w{8} of .* is there, of host jira-backup, but not of /,
    );
    const command = /To restore that, run: (.*)\.$/.exec(report.message)?.[1] as string;
    await typed(world, command);
    assert.ok(existsSync(join(world.target, "export/file")), command);
    // The newest one is asked for, and there is none of this path at all.
    const latest = await restored(world, 65);
    assert.match(
      latest.report.message,
      /There is no snapshot of .*export\. Above is what there is of other paths, and/,
    );
    const shown = /There is 1 snapshot of .*, host jira-backup\. The newest is restored by: (.*)/.exec(latest.output);
    assert.equal(shown?.[1], command);
    // What was a part of it.
    const env = { BACKUP_PATH: join(old, "export") };
    const part = (await restored(world, 65, { args: [id], env })).report.message;
    const words = /only, run: (restic restore .*) --target \/an\/empty\/directory$/.exec(part)?.[1] as string;
    await typed(world, `${words} --target ${world.path("part")}`);
    assert.equal(await readFile(world.path("part/file"), "utf8"), "x");
  });

  inBusybox("looks at all that may be whole, however many were altered", async (world) => {
    await writeFile(join(world.source, "file"), "x");
    await backedUp(world);
    const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json"));
    const specs = Array.from({ length: 12 }, (_, index) => ({
      time: new Date(Date.UTC(2026, 0, 20 - index)).toISOString(),
      host: "jira-backup",
      paths: [world.source],
      tree,
      original: "f".repeat(64),
      files: 3,
      bytes: 200_000,
    }));
    const altered = writeSnapshots(world.repository, secrets[0] as string, specs);
    await world.restic("forget", "latest");
    const none = (await restored(world, 65)).report.message;
    const ten = altered.slice(0, 10).map((id) => id.slice(0, 8));
    assert.ok(
      none.includes(`altered 12 snapshots (${ten.join(", ")} and 2 older ones above) since, and files are missing.`),
      none,
    );
    const good = { ...specs[0], time: "2026-01-01T00:00:00Z", files: 2, bytes: await bytesOf(world) };
    const [whole] = writeSnapshots(world.repository, secrets[0] as string, [good]);
    const { report } = await restored(world, 0);
    assert.equal(report.snapshot, whole);
    assert.match(report.warning ?? "", /12 newer snapshots were passed over \(12 altered by a repair\)/);
  });

  inBusybox("says how a day is written", async (world) => {
    await backedUp(world);
    const { report } = await restored(world, 65, { args: ["20261127"] });
    assert.match(
      report.message,
      /an id that begins with 20261127, .* restore\.sh 2026-11-27\. .* Above is what there is/,
    );
  });
});

describe("of-other-path.jq", () => {
  const list = [
    snapshot("one", -day, { paths: ["/data", "/a b"] }),
    snapshot("two", -hour, { paths: ["/data/sub"], host: "o\nther" }),
  ];
  for (const [what, wanted, path, words] of [
    [
      "all of its paths",
      "one",
      "/x",
      /of host host, .*\/x: it holds \/a b, \/data\. .*: BACKUP_PATH='\/a b' restore\.sh 6f6e6500, or: BACKUP_PATH=\/data restore\.sh 6f6e6500\.$/,
    ],
    [
      "a part",
      "one",
      "/data/it's",
      /only, run: restic restore '6f6e6500:\/data\/it'\\''s' --target \/an\/empty\/directory$/,
    ],
    ["no part where a name only begins so", "two", "/data/sub2", /of host o ther, .* restore\.sh 74776f00\.$/],
    ["nothing where none is", "three", "/x", /^$/],
  ] as const) {
    it(`names ${what}`, async () => {
      assert.match((await said("of-other-path", list, { wanted: idOf(wanted), path })).join("\n"), words);
    });
  }
});

describe("other-paths.jq", () => {
  it("names the paths and hosts of what there is, the newest first, five at most", async () => {
    const list = [
      snapshot("mine", -hour),
      snapshot("a1", -3 * day, { paths: ["/a"] }),
      snapshot("a2", -2 * day, { paths: ["/a"] }),
      snapshot("b", -day, { paths: ["/b", "/c"], host: "other" }),
    ];
    assert.deepEqual(await said("other-paths", list, { path: "/data" }), [
      "There is 1 snapshot of /b, /c, host other. The newest is restored by: BACKUP_PATH=/b restore.sh 62000000",
      "There are 2 snapshots of /a, host host. The newest is restored by: BACKUP_PATH=/a restore.sh 61320000",
    ]);
    const many = Array.from({ length: 6 }, (_, index) => snapshot(`${index}`, index, { paths: [`/${index}`] }));
    assert.equal((await said("other-paths", many, { path: "/data" })).length, 6);
    assert.deepEqual(await said("other-paths", [], { path: "/data" }), [""]);
  });
});

describe("day-in-digits.jq", () => {
  for (const [words, day] of [
    ["20261127", "2026-11-27"],
    ["202611", "2026-11-01"],
    ["202611202359", "2026-11-20"],
    ["20261131", ""],
    ["2026112", ""],
    ["44440101", ""],
    ["2026abcd", ""],
  ] as const) {
    it(`takes ${words} for ${day === "" ? "no day" : day}`, async () => {
      const [hint] = await runProgram("day-in-digits", "", { words });
      assert.ok(day === "" ? hint === "" : hint?.includes(`restore.sh ${day}. `), hint);
    });
  }
});

async function said(program: string, list: readonly ListedSnapshot[], args: Record<string, string>): Promise<string[]> {
  const described = await evaluate(["snapshots", "moments"], `snapshot_list("host"; "/data"; ${now}).snapshots`, list);
  return runProgram(program, JSON.stringify(described), args);
}

/** What a message says, as an operator types it. */
async function typed(world: World, command: string): Promise<void> {
  const path = `${join(__dirname, "..", "..", "..", "scripts")}:${world.env.PATH}`;
  await execa("sh", ["-c", command], { env: { ...world.env, PATH: path }, extendEnv: false, stdin: "ignore" });
}

async function bytesOf(world: World): Promise<number> {
  const lines = (await world.restic("ls", "--json", "latest")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line).size ?? 0).reduce((sum, size) => sum + size, 0);
}
