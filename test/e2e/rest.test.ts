import assert from "node:assert/strict";
import { deleteNamespace, newNamespace } from "./support/cluster";
import { type RestServer, startRestServer } from "./support/servers/rest-server";
import { OperationError, Stack } from "./support/stack";
import { backUp, loseAndRestore, startWorkload, type Workload } from "./support/workload";

const namespace = "e2e-rest";

/** Against restic's own rest-server in the cluster. */
describe("e2e: a stack with a repository on a REST server", function () {
  this.timeout(300_000);
  let stack: Stack;
  let workload: Workload;
  let server: RestServer;
  let config: Record<string, unknown>;

  before(async () => {
    await newNamespace(namespace);
    server = await startRestServer(namespace);
    const url = `${server.url}jira/`;
    workload = await startWorkload(namespace);
    config = {
      namespace,
      source: { claimName: "data" },
      repository: { rest: { url } },
      retention: { keepLast: 2 },
    };
    stack = await Stack.create("e2e-rest");
  });

  after(async () => {
    await stack.destroy();
    await stack.remove();
    await deleteNamespace(namespace);
  });

  it("fails the up when the password is wrong, and says so", async () => {
    await stack.configure(config, {
      "repository.rest.username": server.username,
      "repository.rest.password": "not-the-password",
    });
    await assert.rejects(stack.up(), (error) => {
      assert.ok(error instanceof OperationError);
      assert.match(error.message, /"command":"init","result":"failure"/);
      assert.match(error.message, /401|unauthorized/i);
      assert.equal(error.message.includes("not-the-password"), false);
      return true;
    });
  });

  it("is repaired by the next up with the right one", async () => {
    await stack.configure(config, {
      "repository.rest.username": server.username,
      "repository.rest.password": server.password,
    });
    assert.ok((await stack.up()).changes.includes("create CronJob backup"));
    assert.deepEqual((await stack.up()).changes, []);
  });

  it("backs up, and restores what was lost, byte for byte", async () => {
    assert.equal((await backUp(namespace)).result, "success");
    await loseAndRestore(workload);
  });

  it("keeps as many snapshots as the retention says", async () => {
    await backUp(namespace);
    const { retention } = await backUp(namespace);
    assert.equal(retention, "2 snapshots kept, 1 removed");
  });
});
