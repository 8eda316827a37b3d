import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ListedSnapshot } from "../../support/listed-snapshot";
import { day, now, snapshot } from "../../support/listed-snapshot";
import { countedRestic, night, snapshots } from "../nights";
import type { World } from "../shell-under-test";
import { inBothShells } from "../shell-under-test";
import { fakeRestic, withRepository } from "../test-repository";
import { jqText } from "./run-jq";

const policy = { BACKUP_MAX_SHRINK: "50", BACKUP_RETENTION: "--keep-last=1" };

describe("emptied-paths.sh", function () {
  this.timeout(240_000);

  inBothShells("refuses a further path that became empty, until that is accepted", async (world) => {
    const { attachments, env } = await withAttachments(world);
    const { report: good } = await night(world, env);
    await rm(join(attachments, "deep"), { recursive: true });
    for (const _ of ["a night", "the next"]) {
      const { exitCode, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 65, report.message);
      assert.match(report.message, /^Snapshot \w{8} holds 1 file of .*attachments \[1\] \(BACKUP_PATHS\), where there/);
      assert.match(report.message, /nothing was backed up.*its volume is mounted.*backup\.sh --accept-shrink\.$/);
    }
    assert.deepEqual(await ids(world), [good.snapshot]);
    assert.equal((await world.run("backup.sh", ["--accept-shrink"], { env })).exitCode, 0);
    await night(world, env);
    assert.ok(!(await ids(world)).includes(good.snapshot as string));
  });

  inBothShells("lets one pass that never held a file, and asks only where one is empty", async (world) => {
    const { empty, env } = await withAttachments(world);
    const openings = async (paths: string) => {
      const counted = await countedRestic(world);
      await night(world, { ...env, ...counted, BACKUP_PATHS: paths, BACKUP_RETENTION: "" });
      const lines = (await readFile(world.path("openings"), "utf8")).trimEnd().split("\n");
      await rm(world.path("openings"));
      return lines.length;
    };
    assert.equal(await openings(env.BACKUP_PATHS), 3, "no snapshot of before to look into");
    assert.equal(await openings(env.BACKUP_PATHS), 4);
    assert.equal(await openings(env.BACKUP_PATHS.replace(`\n${empty}`, "")), 2);
  });

  inBothShells("backs nothing up where nobody knows what was there, and does where that is damaged", async (world) => {
    const { attachments, env } = await withAttachments(world);
    const { report: good } = await night(world, env);
    await rm(join(attachments, "deep"), { recursive: true });
    const failing = async (words: string) => {
      await rm(world.path("fake"), { recursive: true, force: true });
      const fake = await fakeRestic(
        world,
        `case "$*" in *" ls "*) echo '${words}' >&2; exit 1 ;; esac\nexec "$real" "$@"`,
      );
      return world.run("backup.sh", [], { env: { ...env, ...fake } });
    };
    const away = await failing("Fatal: dial tcp 10.0.0.1:443: connect: connection refused");
    assert.equal(away.exitCode, 1);
    assert.match(
      away.report.message,
      /^Nothing was backed up, because .*whether it held any before could not be found/,
    );
    assert.deepEqual(await ids(world), [good.snapshot]);
    const damaged = await failing("Fatal: ciphertext verification failed");
    assert.equal(damaged.exitCode, 67, damaged.output);
    assert.equal((await ids(world)).length, 2);
  });
});

describe("last-with.jq", () => {
  const paths = ["/data", "/more"];
  const good = snapshot("good", -3 * day, { paths });
  for (const [title, others, found] of [
    ["an older one", [snapshot("older", -4 * day, { paths: ["/more", "/data", "/x"] })], good.id],
    ["a partial one", [snapshot("partial", -day, { paths, tags: ["partial"] })], good.id],
    ["one without the path", [snapshot("without", -day)], good.id],
    ["one of another host", [snapshot("other", -day, { paths, host: "other" })], good.id],
    ["one of another source", [snapshot("other", -day, { paths: ["/more"] })], good.id],
  ] as const) {
    it(`passes over ${title}`, async () => assert.equal(await lastWith([...others, good]), found));
  }

  it("finds none where there is none", async () => {
    assert.equal(await lastWith([snapshot("without", -day)]), "");
  });
});

async function lastWith(listed: readonly ListedSnapshot[]): Promise<string> {
  const args = [
    "--arg",
    "host",
    "host",
    "--arg",
    "path",
    "/data",
    "--argjson",
    "now",
    `${now}`,
    "--arg",
    "repository",
    "",
  ];
  const list = (await jqText("read-list", [...listed], ["-rn", ...args])).split("\n").at(-1) as string;
  return jqText("last-with", list, ["-r", "--arg", "further", "/more"]);
}

/** A source with a further path that holds a file, and one that is empty. */
async function withAttachments(world: World) {
  await withRepository(world);
  const [attachments, empty] = [world.path("attachments [1]"), world.path("empty")];
  await mkdir(join(attachments, "deep"), { recursive: true });
  await writeFile(join(attachments, "deep", "a"), "x");
  await mkdir(empty);
  return { attachments, empty, env: { ...policy, BACKUP_PATHS: `${attachments}\n${empty}` } };
}

async function ids(world: World): Promise<string[]> {
  return (await snapshots(world)).map(({ id }) => id);
}
