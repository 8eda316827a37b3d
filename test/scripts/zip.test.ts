import assert from "node:assert/strict";
import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aroundBackup, night } from "./nights";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";
import {
  bzip2,
  corrupted,
  encrypted,
  lzma,
  storedZip,
  storedZip64,
  withComment,
  withFarDirectory,
  wrongXz,
  zip,
  zip64,
  zipOfBytes,
  zipOfMany,
} from "./zip";

const good = zip("entities.xml", "activeobjects.xml");
/** A backup of attachments may hold zips, the end of which is no end of the whole. */
const nested = storedZip("attachment.zip", good);

/** What is refused under each value of BACKUP_CHECK_ZIP, and why. */
const refusedZips: readonly [string, Buffer, RegExp | undefined, RegExp][] = [
  ["cut in the middle", good.subarray(0, 80), /does not end as a zip does/, /does not end as a zip does/],
  ["cut in its table of contents", good.subarray(0, -30), /does not end as a zip does/, /does not end as a zip does/],
  ["cut by a byte", good.subarray(0, -1), /does not end as a zip does/, /does not end as a zip does/],
  [
    "cut after a zip within it",
    nested.subarray(0, nested.indexOf("PK\x05\x06") + 22),
    /is not where it should be/,
    /is not where/,
  ],
  ["empty", Buffer.alloc(0), /does not end as a zip does/, /does not end as a zip does/],
  ["all zeros", Buffer.alloc(10_000), /does not end as a zip does/, /does not end as a zip does/],
  [
    "zeros at its beginning",
    Buffer.concat([Buffer.alloc(40), good.subarray(40)]),
    /begins with zeros/,
    /begins with zeros/,
  ],
  ["without an entry", zip(), /holds no file/, /holds no file/],
  [
    "without its middle",
    Buffer.concat([good.subarray(0, 40), good.subarray(-200)]),
    /does not end|not where it should/,
    /does not end|not where/,
  ],
  ["wrong in its data", corrupted(good, 60), undefined, /unzip says/],
  [
    "without its middle, as zip64 behind 4 GiB",
    Buffer.concat([good.subarray(0, 40), withFarDirectory(good).subarray(-280)]),
    /does not end|not where it should/,
    /does not end|not where/,
  ],
  ["wrong in its length, as xz", wrongXz("entities.xml"), undefined, /unzip says/],
  ["wrong in its data, as zip64", corrupted(zip64("entities.xml"), 100), undefined, /unzip says/],
];

const goodZips: readonly [string, Buffer, RegExp?][] = [
  ["plain", good],
  ["stored", zipOfBytes(70_000)],
  ["that holds a zip", nested],
  ["zip64", zip64("entities.xml", "b/c")],
  ["with a comment of 60,000 bytes", withComment(good, Buffer.alloc(60_000, "c"))],
  [
    "with a comment that holds the signature",
    withComment(good, Buffer.from("see PK\x05\x06 there")),
    /was not tested to its end/,
  ],
  ["with something behind its end", Buffer.concat([good, Buffer.alloc(30, "x")])],
  ["packed with bzip2", bzip2],
  ["packed with LZMA", lzma, /was not tested to its end/],
  ["packed in a way that only the beginning of a long directory names", zipOfMany(2000), /compressed by method 93/],
  ["stored as zip64", storedZip64("attachment.zip", good, "both"), /stored entry has its size in 64 bits/],
  [
    "stored as zip64, and in its directory not",
    storedZip64("a", good, "header"),
    /stored entry has its size in 64 bits/,
  ],
  ["with a directory behind 4 GiB", withFarDirectory(good), /larger than 4 GiB/],
  ["encrypted", encrypted("entities.xml"), /was not tested to its end.*encryption/],
];

describe("zip.sh", function () {
  this.timeout(240_000);

  for (const [title, content, byDefault, byTest] of refusedZips) {
    inBothShells(`refuses an export whose newest zip is ${title}`, async (world) => {
      await newest(world, content);
      for (const [value, reason] of [
        ["yes", byTest],
        ["", byDefault],
      ] as const) {
        const { exitCode, output, report } = await world.run("backup.sh", [], { env: { BACKUP_CHECK_ZIP: value } });
        if (reason === undefined) {
          assert.equal(exitCode, 0, output);
        } else {
          assert.equal(exitCode, 65, output);
          assert.match(report.message, reason);
          assert.match(
            report.message,
            /export\/new \[1\]\s-x\.ZIP is not whole.*older snapshots stay as they are.*BACKUP_CHECK_ZIP=no/s,
          );
          assert.deepEqual(await readdir(join(world.repository, "snapshots")), []);
        }
      }
      assert.equal((await night(world, { BACKUP_CHECK_ZIP: "no" })).report.warning, undefined);
    });
  }

  inBothShells("refuses no good zip", async (world) => {
    await withRepository(world);
    for (const [title, content, warning] of goodZips) {
      await newest(world, content);
      const byDefault = await night(world);
      assert.equal(byDefault.report.warning, undefined, title);
      const tested = await night(world, { BACKUP_CHECK_ZIP: "yes" });
      assert.match(tested.output, /Testing .*new \[1\]\n-x\.ZIP/);
      assert.match(tested.report.warning ?? "none", warning ?? /^none$/, title);
    }
  });

  inBothShells("looks at the newest by default only directly in BACKUP_PATH, with `yes` everywhere", async (world) => {
    await withRepository(world);
    await mkdir(join(world.source, "deep"));
    await writeFile(join(world.source, "deep", "cut.zip"), good.subarray(0, 80));
    await dated(world, "jira.zip", -60);
    await night(world);
    const { exitCode } = await world.run("backup.sh", [], { env: { BACKUP_CHECK_ZIP: "yes" } });
    assert.equal(exitCode, 65);
    await dated(world, "deep/cut.zip", -120);
    await night(world, { BACKUP_CHECK_ZIP: "yes" });
  });

  inBothShells("does not take one that is dated in the future for the newest for ever", async (world) => {
    await withRepository(world);
    await writeFile(join(world.source, "ahead.zip"), good);
    await dated(world, "ahead.zip", 1e6);
    await writeFile(join(world.source, "cut.zip"), good.subarray(0, 80));
    assert.equal((await world.run("backup.sh")).exitCode, 65);
    await rm(join(world.source, "cut.zip"));
    await night(world);
  });

  inBothShells("warns of another thing under the name, and asks for a zip only with `yes`", async (world) => {
    await withRepository(world);
    await rm(join(world.source, "jira.zip"));
    await writeFile(join(world.source, "jira.xml"), "x");
    assert.equal((await night(world)).report.warning, undefined);
    const none = await world.run("backup.sh", [], { env: { BACKUP_CHECK_ZIP: "yes" } });
    assert.equal(none.exitCode, 65);
    assert.match(none.report.message, /^There is no \*\.zip in/);
    await writeFile(join(world.source, "jira.zip"), "<xml>".repeat(1000));
    const { report } = await night(world);
    assert.match(report.warning ?? "", /jira\.zip is not a zip, though it is named like one/);
    assert.equal((await world.run("backup.sh", [], { env: { BACKUP_CHECK_ZIP: "yes" } })).exitCode, 65);
  });

  inBothShells("does not refuse the last part of a split one, of which it cannot see the others", async (world) => {
    const part = Buffer.from(good);
    part.writeUInt16LE(1, part.length - 18);
    part.writeUInt16LE(1, part.length - 16);
    await newest(world, part.subarray(100));
    assert.match((await night(world)).report.warning ?? "", /is not a zip, though it is named like one/);
    await newest(world, part);
    await night(world);
    await newest(world, part.subarray(100));
    assert.match((await night(world, { BACKUP_CHECK_ZIP: "yes" })).report.warning ?? "", /it is split/);
  });

  inBothShells("keeps the good exports when a bad one follows", async (world) => {
    await withRepository(world);
    const env = { BACKUP_RETENTION: "--keep-last=1" };
    const { report } = await night(world, env);
    await writeFile(join(world.source, "jira.zip"), good.subarray(0, 200));
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 65);
    // One that is cut off while restic reads it.
    await writeFile(join(world.source, "jira.zip"), good);
    const cut = await aroundBackup(world, {
      before: `truncate -s 100 ${world.source}/jira.zip; sleep 0.1; echo >>${world.source}/jira.zip`,
      after: `echo >>${world.source}/jira.zip`,
    });
    assert.equal((await world.run("backup.sh", [], { env: { ...env, ...cut } })).exitCode, 75);
    assert.ok((await world.restic("snapshots", "--json")).includes(report.snapshot as string));
  });
});

/** The newest zip of the world's source; its name would mislead a careless script. */
async function newest(world: World, content: Buffer): Promise<void> {
  await rm(world.repository, { recursive: true, force: true });
  await withRepository(world);
  await writeFile(join(world.source, "good.zip"), good);
  await dated(world, "good.zip", -3600);
  await dated(world, "jira.zip", -7200);
  await writeFile(join(world.source, "new [1]\n-x.ZIP"), content);
}

async function dated(world: World, name: string, fromNow: number): Promise<void> {
  const moment = Date.now() / 1000 + fromNow;
  await utimes(join(world.source, name), moment, moment);
}
