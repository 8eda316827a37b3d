import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cTools, folderOf, isCToolBuilt } from "../../sandbox/c-tools";
import { pathOf } from "../../sandbox/go-tools";

const scripts = join(__dirname, "../../sandbox/c");

describe("the programs of the official image", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "c-tools-test-"));
    cpSync(scripts, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const tool of cTools) {
    it(`hold ${tool.name}, which needs no library of this machine`, async () => {
      assert.equal(await isCToolBuilt(tool), true);
      const { all } = await execa("ldd", [pathOf(tool.name)], { all: true, reject: false });
      assert.match(all, /not a dynamic executable|statically linked/);
    });

    for (const file of [`${tool.name}.sh`, "sources.sh"]) {
      it(`have another folder for ${tool.name} when ${file} changes`, async () => {
        assert.equal(await folderOf(tool.name, folder), await folderOf(tool.name));
        appendFileSync(join(folder, file), "\n");
        assert.notEqual(await folderOf(tool.name, folder), await folderOf(tool.name));
      });
    }
  }
});

describe("the source of Debian", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "c-tools-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** With an apt-get whose mirror has the file `tried`. */
  async function download(mirror: string, hash: string): Promise<{ exitCode?: number; all: string }> {
    const aptGet = join(folder, "apt-get");
    writeFileSync(
      aptGet,
      `#!/bin/sh\ncase "$*" in *indextargets*) ${mirror} ;; *source*) printf tried > it.tar ;; esac\n`,
    );
    chmodSync(aptGet, 0o755);
    const script = `set -eu; . ${join(scripts, "sources.sh")}; debian_source trixie it it.tar ${hash}; echo went on`;
    const env = { PATH: `${folder}:${process.env.PATH}` };
    return execa("sh", ["-c", script], { cwd: folder, env, all: true, reject: false });
  }

  const tried = createHash("sha256").update("tried").digest("hex");

  it("is taken when it is the one that was tried", async () => {
    const { exitCode, all } = await download("echo http://mirror/", tried);
    assert.equal(exitCode, 0, all);
  });

  it("is not taken when it is another one", async () => {
    const { exitCode, all } = await download("echo http://mirror/", "0".repeat(64));
    assert.equal(exitCode, 1, all);
    assert.match(all, /it\.tar: FAILED/);
    assert.doesNotMatch(all, /went on/);
  });

  it("is asked of no mirror that is not Debian's", async () => {
    const { exitCode, all } = await download(":", tried);
    assert.equal(exitCode, 1);
    assert.equal(all, "apt-get knows no mirror of Debian, which has the source of it");
  });
});
