import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { secrets } from "../scripts/checked-report";
import type { Fault } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";
import { addressOf } from "./storage";

const password = secrets[0] as string;

/** Settings and credentials as people write them. */
export const fieldSettings: readonly Fault[] = [
  {
    id: "rS19",
    storage: "local",
    injection: "a step of 1.3 seconds with a limit of 2, begun at any moment of a second (10 times)",
    expected: "it is never ended at its limit",
    inject: steps,
  },
  ...[`rest:https://jira:${password.slice(0, 4)}/${password}@host/`, `rest:https:jira:${password}@host/`].map(
    (location): Fault => ({
      id: "rS20",
      storage: "local",
      injection: `a password in the location: ${location.replaceAll(password, "…").replace(password.slice(0, 4), "…")}`,
      expected: "64, and the password is not printed",
      inject: async (scene) => {
        const codes = [];
        for (const script of ["init.sh", "backup.sh"]) {
          codes.push(ended(await scene.run(script, { env: { RESTIC_REPOSITORY: location } }), 64, /holds a password/));
        }
        return codes[0] as string;
      },
    }),
  ),
  {
    id: "rS20",
    storage: "local",
    injection: "BACKUP_PROBE_TIMEOUT=08, which a shell takes for octal",
    expected: "64 that names it",
    inject: async (scene) =>
      ended(await scene.run("init.sh", { env: { BACKUP_PROBE_TIMEOUT: "08" } }), 64, /BACKUP_PROBE_TIMEOUT/),
  },
  {
    id: "rB13",
    storage: "REST",
    injection: "credentials that may not delete anything (403), so that locks pile up",
    expected: "init.sh says so, with what to allow; backups work",
    inject: nothingMayBeDeleted,
  },
  {
    id: "rB10",
    storage: "local",
    injection: "a repository that was made with a password whose variable ends in a line end",
    expected: "it opens, with a warning",
    inject: lineEndInPassword,
  },
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RESTIC_REST_PASSWORD", "B2_ACCOUNT_KEY"].map(
    (name): Fault => ({
      id: "rB11",
      storage: "S3",
      injection: `${name} from a Secret, with a line end`,
      expected: "64 that names the variable",
      inject: async (scene) =>
        ended(
          await scene.run("backup.sh", { env: { [name]: "value\n" } }),
          64,
          new RegExp(`${name}: holds a line end`),
        ),
    }),
  ),
];

async function steps({ world }: Scene): Promise<string> {
  const env = { PATH: world.env.PATH as string, STEP: "dump", STEP_WHEN: "before", STEP_TIME_LIMIT: "2" };
  const script = `${process.cwd()}/scripts/run-step.sh`;
  const codes = await Promise.all(
    Array.from({ length: 10 }, async (_, tenth) => {
      await new Promise((resolve) => setTimeout(resolve, tenth * 100));
      const options = { env, extendEnv: false, reject: false, stdin: "ignore" } as const;
      return (await execa(world.path("bin/sh"), [script, "sleep", "1.3"], options)).exitCode;
    }),
  );
  assert.deepEqual(codes, Array(10).fill(0));
  return "0 each time";
}

async function lineEndInPassword(scene: Scene): Promise<string> {
  const { world } = scene;
  const env = { RESTIC_REPOSITORY: world.path("other"), RESTIC_PASSWORD_FILE: world.path("other-password") };
  await mkdir(env.RESTIC_REPOSITORY);
  await execa("restic", ["init"], { env: { RESTIC_REPOSITORY: env.RESTIC_REPOSITORY, RESTIC_PASSWORD: "theirs\n" } });
  await writeFile(env.RESTIC_PASSWORD_FILE, "theirs\n");
  const seen = ended(await scene.run("init.sh", { env }), 0);
  const { report } = await scene.good("backup.sh", { env });
  assert.match(report.warning ?? "", /white space/);
  return seen;
}

async function nothingMayBeDeleted(scene: Scene): Promise<string> {
  const server = createServer((incoming, answer) => {
    if (incoming.method === "DELETE") {
      answer.writeHead(403).end();
      return;
    }
    const { method, url, headers } = incoming;
    const passed = request({ host: "127.0.0.1", port: scene.port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scene.atEnd(async () => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const env = addressOf(scene.world, "REST", port);
  const init = await scene.good("init.sh", { env });
  assert.match(init.report.warning ?? "", /Locks cannot be removed.*locks\//);
  await scene.run("backup.sh", { env });
  for (const name of await scene.locks()) {
    await rm(join(scene.world.repository, "locks", name));
  }
  return `${ended(init, 0)} It warned, and said what to allow.`;
}
