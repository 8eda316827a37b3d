import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { writeLock } from "../faults/locks";
import { startRestServer } from "./servers/programs";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { locks, withRepository } from "./test-repository";

describe("lock-removal.sh", function () {
  this.timeout(240_000);

  for (const status of [403, 405]) {
    inBothShells(`warns in init where the server answers a removal with ${status}`, async (world) => {
      await withRepository(world);
      await throughProxy(world, status, async (env) => {
        const { exitCode, output, report } = await world.run("init.sh", [], { env });
        assert.equal(exitCode, 0, output);
        assert.match(report.warning ?? "", /^Locks cannot be removed from the repository \(.*\b\d{3}\b.*\)/);
        assert.match(report.warning ?? "", /Each|each run leaves one.*Allow .*delete.*below locks\/\.$/);
        assert.match(output, /^Warning: Locks cannot be removed/m);
        assert.equal((await locks(world)).length, 1);
      });
    });
  }

  inBothShells("says nothing where locks can be removed", async (world) => {
    await withRepository(world);
    await throughProxy(world, undefined, async (env) => {
      const { exitCode, output, report } = await world.run("init.sh", [], { env });
      assert.equal(exitCode, 0, output);
      assert.equal(report.warning, undefined);
      assert.deepEqual(await locks(world), []);
    });
  });

  inBothShells("says nothing where another restic is at work", async (world) => {
    await withRepository(world);
    await writeLock(world, { exclusive: true });
    const { exitCode, output, report } = await world.run("init.sh");
    assert.equal(exitCode, 0, output);
    assert.equal(report.warning, undefined);
  });
});

/** rest-server, behind something that answers each DELETE, as credentials that may not delete make a server do. */
async function throughProxy(
  world: World,
  status: number | undefined,
  test: (env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const server = await startRestServer(world.folder, "--no-auth");
  const proxy = createServer((incoming, answer) => {
    if (incoming.method === "DELETE" && status !== undefined) {
      answer.writeHead(status).end();
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port: server.port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    await test({
      RESTIC_REPOSITORY: `rest:http://127.0.0.1:${(proxy.address() as AddressInfo).port}/repository/`,
      RESTIC_REST_USERNAME: "",
      RESTIC_REST_PASSWORD: "",
    });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await server.stop();
  }
}
