import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, until, withRepository } from "./test-repository";

describe("init.sh", function () {
  this.timeout(240_000);

  inBothShells("makes a repository, and leaves it alone when run again", async (world) => {
    const first = await world.run("init.sh");
    assert.equal(first.exitCode, 0, first.output);
    const { id } = JSON.parse(await world.restic("cat", "config", "--no-lock"));
    assert.equal(first.report.repositoryId, id);
    assert.equal((await readdir(join(world.repository, "keys"))).length, 1);

    const second = await world.run("init.sh");
    assert.equal(second.exitCode, 0, second.output);
    assert.equal(second.report.repositoryId, id);
    assert.match(second.report.message, /already/);
  });

  inBothShells("refuses a wrong password with 12, and changes nothing", async (world) => {
    await withRepository(world);
    const before = await readdir(world.repository, { recursive: true });
    await writeFile(world.path("password"), "another password");
    const { exitCode, report } = await world.run("init.sh");
    assert.equal(exitCode, 12);
    assert.match(report.message, /wrong password/);
    assert.deepEqual(await readdir(world.repository, { recursive: true }), before);
  });

  inBothShells("recognizes a repository that an init left half-way, and deletes nothing", async (world) => {
    await withRepository(world);
    await rm(join(world.repository, "config"));
    const before = await readdir(world.repository, { recursive: true });
    const { exitCode, report } = await world.run("init.sh");
    assert.equal(exitCode, 1);
    assert.match(
      report.message,
      /half initialized.*There are no data and no snapshots, so remove what is under keys\//,
    );
    assert.deepEqual(await readdir(world.repository, { recursive: true }), before);
  });

  inBothShells("makes nothing where the repository's volume is not mounted", async (world) => {
    const env = { BACKUP_REPOSITORY_MOUNT: world.folder };
    const { exitCode, report } = await world.run("init.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not mounted/);
    assert.ok(!(await readdir(world.folder)).includes("repository"));
    assert.equal((await world.run("init.sh", [], { env: { BACKUP_REPOSITORY_MOUNT: "/dev/shm" } })).exitCode, 0);
  });

  inBothShells("makes a repository where the directory of the volume exists already", async (world) => {
    await mkdir(join(world.repository, "lost+found"), { recursive: true });
    assert.equal((await world.run("init.sh")).exitCode, 0);
  });

  inBothShells("ends in time when the server hangs", async (world) => {
    const server = await serving(() => {});
    const began = Date.now();
    const { exitCode, report } = await world.run("init.sh", [], {
      env: { RESTIC_REPOSITORY: server.repository, BACKUP_PROBE_TIMEOUT: "3" },
    });
    assert.equal(exitCode, 1);
    assert.ok(Date.now() - began < 60_000, "the time limit ends nothing");
    assert.match(report.message, /no answer within 3 seconds.*reached/);
    server.close();
  });

  for (const code of [10, 12]) {
    inBothShells(`takes nothing for an answer that restic says when it is ended: ${code}`, async (world) => {
      const env = await fakeRestic(
        world,
        `echo "$@" >>${world.path("calls")}; trap 'exit ${code}' TERM; sleep 60 & wait`,
      );
      const { exitCode, report } = await world.run("init.sh", [], { env: { ...env, BACKUP_PROBE_TIMEOUT: "1" } });
      assert.equal(exitCode, 1);
      assert.match(report.message, /no answer within 1 second[^s]/);
      assert.doesNotMatch(await readFile(world.path("calls"), "utf8"), /init/);
    });
  }

  inBothShells(
    "gives up after two refusals that time does not change, and waits for a server that starts",
    async (world) => {
      let looks = 0;
      const refusing = await serving((_, answer) => answer.writeHead(++looks > 1 ? 400 : 500).end());
      const began = Date.now();
      const refused = await world.run("init.sh", [], { env: { RESTIC_REPOSITORY: refusing.repository } });
      refusing.close();
      assert.equal(refused.exitCode, 1);
      assert.match(refused.report.message, /400 Bad Request/);
      assert.ok(Date.now() - began < 20_000 && looks >= 3, `${looks} looks`);

      looks = 0;
      const starting = await serving((_, answer) => answer.writeHead(++looks > 3 ? 401 : 503).end());
      const started = await world.run("init.sh", [], { env: { RESTIC_REPOSITORY: starting.repository } });
      starting.close();
      assert.match(started.report.message, /401 Unauthorized/);
    },
  );

  inBothShells("says why a server cannot be reached", async (world) => {
    const server = await serving(() => {});
    server.close();
    const env = { RESTIC_REPOSITORY: server.repository, BACKUP_PROBE_TIMEOUT: "3" };
    const { exitCode, report } = await world.run("init.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /connection refused.*Check the port/);
  });

  for (const [status, hint] of [
    [401, /Unauthorized.*check the credentials/],
    [403, /Forbidden.*check the credentials/],
    [500, /500 Internal Server Error/],
  ] as const) {
    inBothShells(`never initializes after an answer ${status}`, async (world) => {
      const server = await serving((_, answer) => answer.writeHead(status).end());
      const env = { RESTIC_REPOSITORY: server.repository, BACKUP_PROBE_TIMEOUT: "3" };
      const { exitCode, report } = await world.run("init.sh", [], { env });
      server.close();
      assert.equal(exitCode, 1);
      assert.match(report.message, hint);
      assert.ok(!server.methods.includes("POST"), "init was tried");
    });
  }

  inBothShells("takes no refusal of a server for success", async (world) => {
    const server = await serving((_, answer) => answer.writeHead(404).end());
    const { exitCode, report } = await world.run("init.sh", [], { env: { RESTIC_REPOSITORY: server.repository } });
    server.close();
    assert.equal(exitCode, 1);
    assert.match(report.message, /was not initialized/);
  });

  inBothShells("ends with 130 at SIGTERM", async (world) => {
    const server = await serving(() => {});
    const running = world.start("init.sh", [], { env: { RESTIC_REPOSITORY: server.repository } });
    await until("the probe", () => server.methods.length > 0);
    process.kill(running.pid, "SIGTERM");
    const { exitCode, report } = await running.outcome;
    server.close();
    assert.equal(exitCode, 130);
    assert.match(report.message, /SIGTERM/);
  });

  inBothShells("finishes the init itself when a signal comes", async (world) => {
    const running = world.start("init.sh");
    await until("the key", async () => (await readdir(join(world.repository, "keys")).catch(() => [])).length > 0);
    process.kill(running.pid, "SIGTERM");
    assert.equal((await running.outcome).exitCode, 130);
    const again = await world.run("init.sh");
    assert.equal(again.exitCode, 0, again.output);
  });
});

interface TestServer {
  readonly repository: string;
  readonly methods: string[];
  close(): void;
}

/** A server that gives the answers that a good one cannot be made to give. */
async function serving(answer: Parameters<typeof createServer>[1]): Promise<TestServer> {
  const methods: string[] = [];
  const server = createServer((request, response) => {
    methods.push(request.method ?? "");
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    repository: `rest:http://127.0.0.1:${(server.address() as AddressInfo).port}/jira`,
    methods,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
