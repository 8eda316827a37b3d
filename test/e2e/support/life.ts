import assert from "node:assert/strict";
import { assertProven } from "../../support/proven";
import { deleteNamespace, newNamespace } from "./cluster";
import { assertHidden } from "./hidden";
import { type Config, OperationError, Stack } from "./stack";
import { backUp, loseAndRestore, startWorkload, type Workload } from "./workload";

/** A server that is ready, and how the component reaches it. */
export interface Prepared {
  /** Members of `repository`; credentials apart. */
  readonly repository: Config;
  /** Other properties of the component. */
  readonly config?: Config;
  /** Credentials by their path, as `pulumi config set --secret --path` takes them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The ones among them that the server refuses, in place of the right ones. */
  readonly wrong: Readonly<Record<string, string>>;
  /** What the operator reads of the refusal. */
  readonly refusal: RegExp;
}

export interface Life {
  /** Member of `repository`. */
  readonly member: string;
  /** What it is proven against: a row of the README. */
  readonly server: string;
  readonly how: string;
  readonly namespace: string;
  prepare(namespace: string): Promise<Prepared>;
}

/**
 * The life of a stack with one storage, in order: refused with wrong credentials, repaired, backed up, lost, restored,
 * compared; and at no time is a secret seen anywhere.
 */
export function livesThrough({ member, server, how, namespace, prepare }: Life): void {
  describe(`e2e: a repository on ${member}: ${server}, ${how}`, function () {
    this.timeout(600_000);
    let stack: Stack;
    let workload: Workload;
    let prepared: Prepared;
    let config: Config;
    let seen = "";

    before(async () => {
      await newNamespace(namespace);
      [prepared, workload, stack] = await Promise.all([
        prepare(namespace),
        startWorkload(namespace),
        Stack.create(namespace),
      ]);
      config = {
        namespace,
        source: { claimName: "data" },
        // The files are written just before.
        guards: { settle: 0 },
        repository: { [member]: prepared.repository },
        ...prepared.config,
      };
    });

    after(async () => {
      await stack.remove();
      await deleteNamespace(namespace);
    });

    it("fails the up when the credentials are wrong, and says so", async () => {
      await stack.configure(config, { ...prepared.secrets, ...prepared.wrong });
      await assert.rejects(stack.up(), (error) => {
        assert.ok(error instanceof OperationError);
        seen += error.message;
        assert.match(error.message, /"command":"init","result":"failure"/);
        assert.match(error.message, prepared.refusal);
        return true;
      });
    });

    it("is repaired by the next up with the right ones, and then stays as it is", async () => {
      await stack.configure(config, prepared.secrets);
      const { changes, text } = await stack.up();
      assert.ok(changes.includes("create CronJob backup"), changes.join());
      const preview = await stack.preview();
      assert.deepEqual(preview.changes, []);
      seen += text + preview.text;
    });

    it("backs up, and restores what was lost, byte for byte", async () => {
      assert.equal((await backUp(namespace)).result, "success");
      await loseAndRestore(workload);
    });

    it("shows none of its secrets anywhere", async () => {
      const { repositoryPassword } = await stack.outputs();
      const given = [...Object.entries(prepared.secrets), ...Object.entries(prepared.wrong)];
      // The name of a user may stand in an address, and a certificate is shown to everybody.
      const secrets = given.filter(([path]) => !/username|clientCertificate/.test(path)).map(([, value]) => value);
      await assertHidden(namespace, [String(repositoryPassword), ...secrets], {
        "output of Pulumi": seen,
        state: await stack.state(),
      });
    });

    it("is a row of the README", () => assertProven(member, server, how));
  });
}
