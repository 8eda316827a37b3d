import assert from "node:assert/strict";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, until, withRepository } from "./test-repository";

describe("init.sh", function () {
  this.timeout(60_000);

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

  inBothShells("recognises a repository that an init left half-way, and deletes nothing", async (world) => {
    await withRepository(world);
    await rm(join(world.repository, "config"));
    const before = await readdir(world.repository, { recursive: true });
    const { exitCode, report } = await world.run("init.sh");
    assert.equal(exitCode, 1);
    assert.match(report.message, /half initialised.*keys\//);
    assert.deepEqual(await readdir(world.repository, { recursive: true }), before);
  });

  inBothShells("recognises a repository that lost its config, and deletes nothing", async (world) => {
    await withRepository(world);
    await world.restic("backup", world.source);
    await rm(join(world.repository, "config"));
    await rm(join(world.repository, "keys"), { recursive: true });
    const { exitCode, report } = await world.run("init.sh");
    assert.equal(exitCode, 1);
    assert.match(report.message, /lost its config/);
    assert.equal((await readdir(join(world.repository, "snapshots"))).length, 1);
  });

  inBothShells("makes nothing where the repository's volume is not mounted", async (world) => {
    const env = { BACKUP_REPOSITORY_MOUNT: world.folder };
    const { exitCode, report } = await world.run("init.sh", [], { env });
    assert.equal(exitCode, 1);
    assert.match(report.message, /not mounted/);
    assert.ok(!(await readdir(world.folder)).includes("repository"));
    assert.equal((await world.run("init.sh", [], { env: { BACKUP_REPOSITORY_MOUNT: "/dev/shm" } })).exitCode, 0);
  });

  inBothShells("makes a repository where the folder of the volume exists already", async (world) => {
    await mkdir(join(world.repository, "lost+found"), { recursive: true });
    assert.equal((await world.run("init.sh")).exitCode, 0);
  });

  inBothShells("reports two inits that ran at once", async (world) => {
    await withTwoInits(world);
    await rename(world.repository, world.path("two-inits"));
    // The other init comes between our init and our look at the keys: no real restic can be told to do so.
    const env = await fakeRestic(
      world,
      `for last; do :; done
      "$real" "$@" || exit
      [ "$last" != init ] || { rm -rf "$RESTIC_REPOSITORY"; mv "${world.path("two-inits")}" "$RESTIC_REPOSITORY"; }`,
    );
    const { exitCode, output, report } = await world.run("init.sh", [], { env });
    assert.equal(exitCode, 1, output);
    assert.match(report.message, /[Tt]wo inits ran at once/);
    assert.equal((await readdir(join(world.repository, "keys"))).length, 2);
  });

  inBothShells("reports two earlier inits, whichever key restic takes, and no other keys", async (world) => {
    const misfit = await withTwoInits(world);
    const both = await world.run("init.sh");
    assert.equal(both.exitCode, 1, both.output);
    assert.match(both.report.message, /[Tt]wo inits ran at once/);
    assert.ok(both.report.message.includes(misfit), "names the key that does not fit");

    await rm(join(world.repository, "keys", misfit));
    await world.restic("key", "add", "--new-password-file", world.path("password"));
    await writeFile(world.path("another-password"), "another password");
    await world.restic("key", "add", "--new-password-file", world.path("another-password"));
    const fitting = await world.run("init.sh");
    assert.equal(fitting.exitCode, 0, fitting.output);
  });

  inBothShells("ends in time when the server hangs", async (world) => {
    const server = await serving(() => {});
    const began = Date.now();
    const { exitCode, report } = await world.run("init.sh", [], {
      env: { RESTIC_REPOSITORY: server.repository, BACKUP_PROBE_TIMEOUT: "3" },
    });
    assert.equal(exitCode, 1);
    assert.ok(Date.now() - began < 8000, "later than the time limit and 5 seconds");
    assert.match(report.message, /no answer within 3 seconds.*reached/);
    server.close();
  });

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
    inBothShells(`never initialises after an answer ${status}`, async (world) => {
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
    assert.match(report.message, /was not initialised/);
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

/** A repository that two inits have made at once: two keys, of which one does not belong to the config. */
async function withTwoInits(world: World): Promise<string> {
  await withRepository(world);
  await execa("restic", ["init"], { env: { ...world.env, RESTIC_REPOSITORY: world.path("other") }, stdin: "ignore" });
  makeKeyCheap(world.path("other"), secrets[0] as string);
  const [misfit] = await readdir(world.path("other/keys"));
  await cp(world.path(`other/keys/${misfit}`), join(world.repository, "keys", misfit as string));
  return misfit as string;
}

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
