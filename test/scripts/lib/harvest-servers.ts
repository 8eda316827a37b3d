import { chmod, cp, mkdir, readFile, rm, truncate } from "node:fs/promises";
import { basename, join } from "node:path";
import { secrets } from "../checked-report";
import { azureRows } from "../outcomes/azure";
import { b2Rows } from "../outcomes/b2";
import { gcsRows } from "../outcomes/gcs";
import { localRows } from "../outcomes/local";
import { rcloneRows } from "../outcomes/rclone";
import { restRows } from "../outcomes/rest";
import type { Row, Scene as Setting } from "../outcomes/row";
import { s3Rows } from "../outcomes/s3";
import { sftpRows } from "../outcomes/sftp";
import { swiftRows } from "../outcomes/swift";
import { makeAuthority } from "../servers/certificates";
import { freePort } from "../servers/free-port";
import { startRestServer } from "../servers/programs";
import type { Fault } from "./harvest-faulty-server";
import { faultyServer } from "./harvest-faulty-server";
import type { Expect, Place, RunOptions, Scene } from "./harvest-place";

const backends = {
  local: localRows,
  rest: restRows,
  s3: s3Rows,
  b2: b2Rows,
  sftp: sftpRows,
  azure: azureRows,
  gs: gcsRows,
  swift: swiftRows,
  rclone: rcloneRows,
};

/** The wrong settings of docs/outcomes.md, as init.sh meets them: a look for the config, and an init where there is none. */
const wrongSettings: readonly Scene[] = Object.entries(backends).map(([backend, rowsOf]) => ({
  name: `server-${backend}`,
  how: `the wrong settings of test/scripts/outcomes, ${backend}`,
  expect: "failure",
  run: async (place) => {
    const ends: (() => unknown)[] = [];
    const folder = join(place.folder, "servers");
    await mkdir(folder);
    try {
      const setting: Setting = {
        authority: await makeAuthority(folder, "authority"),
        closedPort: await freePort(),
        onEnd: (end) => ends.push(end),
        folder: async (name) => {
          await mkdir(join(folder, name));
          return join(folder, name);
        },
      };
      for (const row of await rowsOf(setting)) {
        await meet(place, row);
      }
    } finally {
      for (const end of ends.reverse()) {
        await end();
      }
      await rm(folder, { recursive: true, force: true });
    }
  },
}));

async function meet(place: Place, { env, limit = 6, wrong }: Row): Promise<void> {
  if (env.BACKUP_SECRET_FILES !== undefined) {
    await cp(env.BACKUP_SECRET_FILES, env.BACKUP_PRIVATE_FOLDER as string, { recursive: true });
    await chmod(join(env.BACKUP_PRIVATE_FOLDER as string, "ssh-privatekey"), 0o600);
  }
  const options = (env.RESTIC_OPTIONS ?? "").split("\n").filter((line) => line !== "");
  const account = { RESTIC_REST_USERNAME: "jira", RESTIC_REST_PASSWORD: secrets[2] as string };
  const bucketsAreThere = {
    SWIFT_DEFAULT_CONTAINER_POLICY: "no-container-is-made-here",
    GOOGLE_PROJECT_ID: "-",
    RCLONE_S3_NO_CHECK_BUCKET: "true",
  };
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    place.restic([...options, ...args], {
      env: { ...account, ...bucketsAreThere, RESTIC_PASSWORD: secrets[0] as string, ...env, ...more },
      limit,
      note: wrong,
      alsoFrom: env.BACKUP_SSH_LOG,
      keepSilence: true,
    });
  const look = ["--no-lock", "--no-cache", "cat", "config"];
  await run(look);
  if (place.said.at(-1)?.ended === 10) {
    await run(["--json", "init"]);
  } else if (env.AWS_DEFAULT_REGION) {
    // As init.sh does: asked for the region, S3 tells the reason.
    await run(look, { AWS_DEFAULT_REGION: "" });
  }
}

const list = ["--no-lock", "--json", "snapshots"];
const check = ["check", "--read-data-subset=1/1"];
const restore = (place: Place) => ["--json", "restore", `latest:${place.source}`, "--target", place.target, "--verify"];
const backup = (place: Place) => ["--json", "backup", "--host", "jira-backup", "--", place.source];

/** Commands against a server on which something goes wrong. */
function faulty(
  name: string,
  how: string,
  expect: Expect,
  fault: (request: string, place: Place) => Fault,
  commands: (place: Place) => readonly (readonly string[])[],
  options: RunOptions = {},
): Scene {
  return {
    name,
    how: `a REST server that ${how}`,
    expect,
    run: async (place) => {
      const server = await faultyServer(place.repository, (request) => fault(request, place));
      try {
        for (const args of commands(place)) {
          const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` };
          await place.restic(args, { limit: 8, ...options, env });
        }
      } finally {
        server.close();
      }
    },
  };
}

/** True as often as that, for each request. */
function times(count: number): (request: string) => boolean {
  const seen = new Map<string, number>();
  return (request) => {
    seen.set(request, (seen.get(request) ?? 0) + 1);
    return (seen.get(request) as number) <= count;
  };
}

const once = times(1);
const isPack = (request: string) => /GET \/data\/\w/.test(request);

const faults: readonly Scene[] = [
  faulty(
    "clean-server-recovers",
    "answers 503 to every first request",
    "clean",
    (request) => (once(request) ? 503 : undefined),
    (place) => [list, backup(place), check],
    { limit: 120 },
  ),
  {
    name: "failure-server-reads-wrong-once",
    how: "a REST server that sends wrong bytes of a pack, once",
    expect: "failure",
    run: async (place) => {
      const pack = basename((await place.packs("files"))[0] as string);
      const isFirst = times(1);
      const fault = (request: string) => (request.includes(pack) && isFirst(request) ? "garbage" : undefined);
      const server = await faultyServer(place.repository, fault);
      await place.restic(["--no-cache", ...check], {
        env: { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` },
      });
      server.close();
    },
  },
  faulty(
    "damage-server-lost-a-pack",
    "answers 404 to a pack",
    "damage",
    (request) => (isPack(request) ? 404 : undefined),
    (place) => [
      ["--no-cache", ...check],
      ["--no-cache", ...restore(place)],
      ["--no-cache", "prune", "--max-unused", "0"],
    ],
  ),
  faulty(
    "damage-server-lost-an-index",
    "answers 404 to an index that it lists",
    "damage",
    (request) => (/GET \/index\/\w/.test(request) ? 404 : undefined),
    (place) => [
      ["--no-cache", ...check],
      ["--no-cache", ...restore(place)],
    ],
  ),
  faulty(
    "unclean-server-lost-a-snapshot",
    "answers 404 to the snapshots that it lists",
    "unclean",
    (request) => (/GET \/snapshots\/\w/.test(request) ? 404 : undefined),
    () => [list],
  ),
  faulty(
    "unclean-server-refuses-a-snapshot",
    "answers 403 to the snapshots that it lists",
    "unclean",
    (request) => (/GET \/snapshots\/\w/.test(request) ? 403 : undefined),
    () => [list],
  ),
  faulty(
    "failure-server-refuses-packs",
    "answers 403 to packs",
    "failure",
    (request) => (isPack(request) ? 403 : undefined),
    (place) => [
      ["--no-cache", ...check],
      ["--no-cache", ...restore(place)],
    ],
  ),
  faulty(
    "failure-server-has-errors",
    "answers 500 to packs",
    "failure",
    (request) => (isPack(request) ? 500 : undefined),
    (place) => [
      ["--no-cache", ...check],
      ["--no-cache", ...restore(place)],
    ],
  ),
  faulty(
    "failure-server-breaks-off",
    "breaks off in packs",
    "failure",
    (request) => (isPack(request) ? "cut" : undefined),
    () => [["--no-cache", ...check]],
  ),
  faulty(
    "full-server",
    "answers 507 to what is written",
    "failure",
    (request) => (/POST/.test(request) ? 507 : undefined),
    (place) => [backup(place)],
  ),
  {
    name: "failure-server-breaks-off-for-long",
    how: "a REST server that breaks off in a pack, until restic gives up",
    expect: "failure",
    slow: true,
    run: async (place) => {
      const pack = basename((await place.packs("files"))[0] as string);
      const server = await faultyServer(place.repository, (request) => (request.includes(pack) ? "cut" : undefined));
      const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` };
      await place.restic(["--no-cache", ...check], { env, limit: 3000 });
      server.close();
    },
  },

  {
    name: "failure-server-keeps-everything",
    how: "a forget, a prune and an unlock at a REST server that is append-only",
    expect: "failure",
    run: async (place) => {
      const folder = join(place.folder, "served");
      await cp(place.repository, join(folder, "backup"), { recursive: true });
      const server = await startRestServer(folder, "--no-auth", "--append-only");
      const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/backup` };
      const snapshot = basename((await place.objects("snapshots"))[0] as string);
      await place.restic(["forget", snapshot], { env });
      await server.stop();
      await rm(folder, { recursive: true });
    },
  },
  {
    name: "damage-server-cut-a-pack",
    how: "a REST server with a pack that was cut in half",
    expect: "damage",
    run: async (place) => {
      const pack = (await place.packs("files"))[0] as string;
      await truncate(pack, (await readFile(pack)).length / 2);
      const server = await faultyServer(place.repository, () => undefined);
      const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` };
      await place.restic(check, { env });
      await place.restic(restore(place), { env });
      server.close();
    },
  },
];

export const serverScenes: readonly Scene[] = [...wrongSettings, ...faults];
