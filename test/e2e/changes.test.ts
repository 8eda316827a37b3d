import assert from "node:assert/strict";
import { apply, deleteNamespace, getJson, kubectl, newNamespace } from "./support/cluster";
import { type RestServer, startRestServer } from "./support/servers/rest-server";
import { OperationError, Stack } from "./support/stack";
import { backUp, startWorkload } from "./support/workload";

const namespace = "e2e-changes";

/** What an edit of the repository's settings does, and what it says of itself beforehand. */
describe("e2e: changes of the repository", function () {
  this.timeout(600_000);
  let stack: Stack;
  let server: RestServer;
  let restorePod: string;

  before(async () => {
    await newNamespace(namespace);
    [stack, server] = await Promise.all([
      Stack.create(namespace),
      startRestServer(namespace),
      startWorkload(namespace),
    ]);
    await configure("jira", server.password);
    await stack.up();
    await backUp(namespace);
    await kubectl("-n", namespace, "scale", "deployment", "backup-restore", "--replicas=1");
    await kubectl("-n", namespace, "rollout", "status", "deployment", "backup-restore", "--timeout=120s");
    restorePod = await podOf("restore");
  });

  after(async () => {
    await stack.remove();
    await deleteNamespace(namespace);
  });

  it("new credentials change their Secret, are checked by init, and restart nothing", async () => {
    await configure("jira", "not-the-password-0123456789");
    assert.deepEqual(objects((await stack.preview()).changes), ["Job backup-init", "Secret backup-credentials"]);
    await assert.rejects(stack.up(), (error) => {
      assert.ok(error instanceof OperationError);
      assert.match(error.message, /401|unauthorized/i);
      return true;
    });
    await configure("jira", server.password);
    assert.deepEqual(objects((await stack.up()).changes), ["Job backup-init", "Secret backup-credentials"]);
    assert.equal(await podOf("restore"), restorePod);
    assert.equal((await backUp(namespace)).result, "success");
  });

  it("another location is announced as a new repository, and leaves the old one as it is", async () => {
    await configure("other", server.password);
    const { text } = await stack.preview();
    assert.match(
      text,
      /NEW REPOSITORY at rest:http:\/\/[^ ]+\/other\/\. The old one at rest:http:\/\/[^ ]+\/jira\/ stays/,
    );
    const { text: done } = await stack.up();
    assert.match(done, /NEW REPOSITORY/);
    assert.equal((await backUp(namespace)).result, "success");
    await configure("jira", server.password);
    await stack.up();
    assert.equal(await snapshots(), 2);
  });

  it("credentials move into a Secret of the user's, which Pulumi then leaves alone", async () => {
    await apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "mine", namespace },
      stringData: { RESTIC_REST_USERNAME: server.username, RESTIC_REST_PASSWORD: server.password },
    });
    const rest = { url: `${server.url}jira/`, credentialsSecretName: "mine" };
    await stack.configure({ namespace, source: { claimName: "data" }, guards: { settle: 0 }, repository: { rest } });
    assert.ok((await stack.up()).changes.includes("delete Secret backup-credentials"));
    assert.equal((await backUp(namespace)).result, "success");
    assert.deepEqual((await stack.preview()).changes, []);
  });

  function configure(path: string, password: string): Promise<void> {
    const rest = { url: `${server.url}${path}/` };
    return stack.configure(
      { namespace, source: { claimName: "data" }, guards: { settle: 0 }, repository: { rest } },
      { "repository.rest.username": server.username, "repository.rest.password": password },
    );
  }

  async function podOf(component: string): Promise<string> {
    const selector = `app.kubernetes.io/component=${component}`;
    const { items } = await getJson<{ items: { metadata: { uid: string } }[] }>(
      ...["-n", namespace, "pod", "--selector", selector],
    );
    assert.equal(items.length, 1);
    return items[0]?.metadata.uid ?? "";
  }

  async function snapshots(): Promise<number> {
    await kubectl("-n", namespace, "rollout", "status", "deployment", "backup-restore", "--timeout=120s");
    const list = await kubectl(
      ...["-n", namespace, "exec", "deploy/backup-restore", "--", "restic", "snapshots", "--json", "--no-lock"],
    );
    return (JSON.parse(list) as unknown[]).length;
  }
});

/** What was changed in the cluster; an operation of several steps counts once. */
function objects(changes: readonly string[]): string[] {
  const names = changes.map((change) => change.replace(/^\S+ /, ""));
  return [...new Set(names)].filter((name) => !name.startsWith("ResticBackup ")).sort();
}
