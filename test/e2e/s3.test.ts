import assert from "node:assert/strict";
import { deleteNamespace, newNamespace } from "./support/cluster";
import { startRcloneS3 } from "./support/servers/rclone-s3";
import type { S3 } from "./support/servers/s3";
import { OperationError, Stack } from "./support/stack";
import { backUp, loseAndRestore, startWorkload, type Workload } from "./support/workload";

const namespace = "e2e-s3";

/** Against `rclone serve s3` in the cluster, an S3 server of other make than Amazon's. */
describe("e2e: a stack with a repository on S3", function () {
  this.timeout(300_000);
  let stack: Stack;
  let workload: Workload;
  let server: S3;
  let config: { repository: { s3: Record<string, unknown> } } & Record<string, unknown>;

  before(async () => {
    await newNamespace(namespace);
    server = await startRcloneS3(namespace);
    workload = await startWorkload(namespace);
    const { bucket, endpoint, region } = server;
    const s3 = { bucket, prefix: "jira", endpoint, region };
    config = { namespace, source: { claimName: "data" }, repository: { s3 } };
    stack = await Stack.create("e2e-s3");
  });

  after(async () => {
    await stack.destroy();
    await stack.remove();
    await deleteNamespace(namespace);
  });

  it("fails the up when the credentials are wrong, and says so in the words of the server", async () => {
    await stack.configure(config, {
      "repository.s3.accessKeyId": server.accessKeyId,
      "repository.s3.secretAccessKey": "not-the-key-0123456789",
    });
    await assert.rejects(stack.up(), (error) => {
      assert.ok(error instanceof OperationError);
      assert.match(error.message, /"command":"init","result":"failure"/);
      assert.match(error.message, /signature|access denied/i);
      assert.equal(error.message.includes("not-the-key"), false);
      return true;
    });
  });

  it("is repaired by the next up with the right ones", async () => {
    await stack.configure(config, {
      "repository.s3.accessKeyId": server.accessKeyId,
      "repository.s3.secretAccessKey": server.secretAccessKey,
    });
    const { changes } = await stack.up();
    assert.ok(changes.includes("create CronJob backup"));
    assert.deepEqual((await stack.up()).changes, []);
  });

  it("backs up, and restores what was lost, byte for byte", async () => {
    assert.equal((await backUp(namespace)).result, "success");
    await loseAndRestore(workload);
  });

  it("shows its credentials nowhere", async () => {
    const { text } = await stack.preview();
    for (const where of [text, await stack.state()]) {
      assert.equal(where.includes(server.secretAccessKey), false);
      assert.equal(where.includes(server.accessKeyId), false);
    }
  });
});
