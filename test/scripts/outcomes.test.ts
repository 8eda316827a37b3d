import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { azureRows } from "./outcomes/azure";
import { b2Rows } from "./outcomes/b2";
import { gcsRows } from "./outcomes/gcs";
import { localRows } from "./outcomes/local";
import { rcloneRows } from "./outcomes/rclone";
import { restRows } from "./outcomes/rest";
import type { Row, Scene } from "./outcomes/row";
import { s3Rows } from "./outcomes/s3";
import { sftpRows } from "./outcomes/sftp";
import { swiftRows } from "./outcomes/swift";
import { makeAuthority } from "./servers/certificates";
import { freePort } from "./servers/free-port";
import type { World } from "./shell-under-test";
import { inBusybox } from "./shell-under-test";

const document = join(__dirname, "..", "..", "docs", "outcomes.md");
const backends = [localRows, restRows, s3Rows, b2Rows, sftpRows, azureRows, gcsRows, swiftRows, rcloneRows];
const atOnce = 6;

describe("init.sh where something is wrong", function () {
  this.timeout(180_000);

  inBusybox("makes nothing, ends in time, says why, and does as docs/outcomes.md says", async (world) => {
    const ends: (() => unknown)[] = [];
    const folder = await mkdtemp(join(tmpdir(), "outcomes-"));
    try {
      const rows = await allRows(folder, ends);
      const lines: string[] = [];
      const failures: unknown[] = [];
      const waiting = [...rows.entries()];
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            lines[next[0]] = await outcome(world, next[1], folder).catch((error) => {
              failures.push(error);
              return `| ${next?.[1].backend} | ${next?.[1].wrong} | – | the test failed |`;
            });
          }
        }),
      );
      await compare(lines, failures);
    } finally {
      for (const end of ends.reverse()) {
        await end();
      }
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function allRows(folder: string, ends: (() => unknown)[]): Promise<Row[]> {
  const scene: Scene = {
    authority: await makeAuthority(folder, "authority"),
    closedPort: await freePort(),
    onEnd: (end) => ends.push(end),
    folder: async (name) => {
      await mkdir(join(folder, name));
      return join(folder, name);
    },
  };
  return (await Promise.all(backends.map((rowsOf) => rowsOf(scene)))).flat();
}

async function outcome(world: World, { backend, wrong, env, limit = 6, stored }: Row, folder: string): Promise<string> {
  const before = await stored();
  const began = Date.now();
  const { exitCode, output, report } = await world.start("init.sh", [], {
    env: { BACKUP_PROBE_TIMEOUT: String(limit), ...env, BACKUP_REPORT_FILE: world.path("no-report") },
  }).outcome;
  const seconds = (Date.now() - began) / 1000;
  assert.notEqual(exitCode, 0, `${backend}, ${wrong}: ${output}`);
  assert.deepEqual(await stored(), before, `${backend}, ${wrong}: something was made`);
  assert.ok(seconds < 3 * limit + 8, `${backend}, ${wrong}: took ${seconds} seconds`);
  return `| ${backend} | ${wrong} | ${exitCode} | ${lasting(report.message, folder, world.folder)} |`;
}

/** The message without what differs from run to run. */
function lasting(message: string, ...folders: readonly string[]): string {
  return folders
    .reduce((text, folder) => text.replaceAll(folder, "/…"), message)
    .replace(/(127\.0\.0\.1|port)\]?:? ?\d+/g, (match) => match.replace(/\d+$/, "PORT"))
    .replace(
      /lookup (\S+?)( on \S+)?: [^.]*(no such host|server misbehaving|i\/o timeout|connection refused)/g,
      "lookup $1: no such host",
    )
    .replace(/\d{4}-\d\d-\d\dT[0-9:.+-]*[0-9Z]/g, "TIME")
    .replace(/(RequestID|HostID): [^ ,]+/g, "$1: ID")
    .replace(/MkdirAll (\S+)\/\S+:/, "MkdirAll $1/DIRECTORY:")
    .replace(/[0-9a-f]{64}/g, "ID")
    .replaceAll("|", "\\|");
}

/** The committed document is what was seen, or the test fails, and leaves what was seen. */
async function compare(lines: readonly string[], failures: readonly unknown[]): Promise<void> {
  const seen = `# What init.sh does where something is wrong

Made by test/scripts/outcomes.test.ts, which runs init.sh against each of these, looks that nothing was made, and fails
when a line changes. Time limits are those of the test; by default a look at the repository takes 90 seconds at most.

| backend | what is wrong | exit code | message |
|---|---|---|---|
${lines.join("\n")}
`;
  const committed = await readFile(document, "utf8").catch(() => "");
  await writeFile(document, seen);
  assert.deepEqual(failures.map(String), []);
  assert.equal(committed, seen, "docs/outcomes.md has changed: see what is new, and commit it");
}
