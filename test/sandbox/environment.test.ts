import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { exportLines } from "../../sandbox/environment";
import { external } from "../../sandbox/external";
import { isTaken } from "../../sandbox/ports";
import { home } from "../../sandbox/state";

describe("export lines", () => {
  it("survive a shell, whatever is in them", async () => {
    const value = `it's "$HOME" \`id\` \\ *\nnext line`;
    const script = `${exportLines({ PULUMI_HOME: value })}\nprintf %s "$PULUMI_HOME"`;
    assert.equal((await execa("sh", ["-c", script], { stripFinalNewline: false })).stdout, value);
  });

  it("put our programs in front of the shell's PATH", async () => {
    const script = `${exportLines({ PATH: "" })}\nprintf %s "$PATH"`;
    const { stdout } = await execa("/bin/sh", ["-c", script], { env: { PATH: "/somewhere" }, extendEnv: false });
    assert.match(stdout, new RegExp(`^${home}/tools/bin:.*:/somewhere$`));
  });
});

describe("the user's own cluster", () => {
  let PATH: string | undefined;
  let KUBECONFIG: string | undefined;
  let folder: string;
  beforeEach(() => {
    ({ PATH, KUBECONFIG } = process.env);
    folder = mkdtempSync(join(tmpdir(), "external-test-"));
    // Nothing else: the machine may have an engine of its own.
    process.env.PATH = folder;
    symlinkSync("/bin/sh", join(folder, "sh"));
    process.env.KUBECONFIG = join(folder, "config");
    program("kubectl", 'case "$*" in *readyz*) echo ok ;; *view*) echo https://example:6443 ;; *) echo mine ;; esac');
    program("pulumi", "");
  });
  afterEach(() => {
    Object.assign(process.env, { PATH, KUBECONFIG });
    if (KUBECONFIG === undefined) {
      delete process.env.KUBECONFIG;
    }
    rmSync(folder, { recursive: true });
  });

  it("is used with the engine on the PATH", async () => {
    const expected = { context: "mine", server: "https://example:6443", pulumi: join(folder, "pulumi") };
    assert.deepEqual(await external(), expected);
  });

  it("is not used without an engine", async () => {
    rmSync(join(folder, "pulumi"));
    assert.equal(await external(), undefined);
  });

  it("is not used when it does not answer", async () => {
    program("kubectl", 'case "$*" in *readyz*) exit 1 ;; *) echo mine ;; esac');
    assert.equal(await external(), undefined);
  });

  it("is not the sandbox", async () => {
    process.env.KUBECONFIG = `${home}/cluster/kubeconfig/admin.conf`;
    assert.equal(await external(), undefined);
  });

  function program(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
});

describe("isTaken", () => {
  it("sees a port that is taken on one address, and one that is free again", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address && typeof address === "object");
    assert.equal(await isTaken(address.port), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isTaken(address.port), false);
  });
});
