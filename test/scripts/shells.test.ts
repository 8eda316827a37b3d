import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { imageProgram } from "./programs";
import { shells } from "./shells";

describe("the programs of the script tests", () => {
  let folder: string;
  let bin: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "shells-test-"));
    bin = join(folder, "bin");
    await mkdir(bin);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const output = async (command: string, words: readonly string[], PATH = bin) =>
    (await execa(command, words, { env: { PATH }, extendEnv: false, all: true, reject: false })).all;

  it("are busybox and jq in the versions of the image", async () => {
    assert.match(await output(await imageProgram("busybox"), []), /^BusyBox v1\.37\.0 /);
    assert.match(await output(await imageProgram("jq"), ["--version"]), /^jq-1\.8\.\d+$/);
  });

  it("are linked to musl, which words this otherwise than glibc", async () => {
    const busybox = await imageProgram("busybox");
    assert.match(await output(busybox, ["stat", "--nonsense"]), /^stat: unrecognized option: nonsense$/m);
  });

  it("have regular expressions in jq", async () => {
    assert.equal(await output(await imageProgram("jq"), ["-n", '"ab" | test("^(?<first>a)")']), "true");
  });

  for (const shell of shells) {
    it(`go by the PATH under ${shell.name}`, async () => {
      await shell.fillBin(bin);
      const fake = join(folder, "date");
      await writeFile(fake, "#!/bin/sh\necho fake\n");
      await chmod(fake, 0o755);
      assert.equal(await output(join(bin, shell.command), ["-c", "date"], `${folder}:${bin}`), "fake");
      assert.equal(await output(join(bin, shell.command), ["-c", "date"], folder), "fake");
      assert.match(await output(join(bin, shell.command), ["-c", "uname"], folder), /uname: not found$/);
    });

    it(`are the image's beside ${shell.name}`, async () => {
      await shell.fillBin(bin);
      assert.match(await output(join(bin, shell.command), ["-c", "stat --help"]), /^BusyBox v1\.37\.0 /);
    });
  }

  it("have Debian's shell as sh in the second world", async () => {
    const answers = await Promise.all(
      shells.map(async (shell) => {
        const own = join(folder, shell.command);
        await mkdir(own);
        await shell.fillBin(own);
        return output(join(own, "sh"), ["-c", "set -o pipefail && echo known"], own);
      }),
    );
    assert.equal(answers[0], "known");
    assert.match(answers[1] ?? "", /Illegal option -o pipefail$/);
  });
});
