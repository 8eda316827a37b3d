import assert from "node:assert/strict";
import { chmod, chown, link, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { runRaw } from "../../support/raw-jq";
import { inBothShells } from "../shell-under-test";
import { backedUp, restored, restoredWith, stagings } from "./restore-trials";

describe("restored-lacks.sh", function () {
  this.timeout(240_000);

  inBothShells(
    "puts contents into place where attributes and special files cannot be had, and lists these",
    async (world) => {
      await writeFile(join(world.source, "program"), "program");
      await execa("setcap", ["cap_net_bind_service+ep", join(world.source, "program")]);
      await link(join(world.source, "program"), join(world.source, "also"));
      await mkdir(join(world.source, "dev"));
      await execa("mknod", [join(world.source, "dev", "null"), "c", "1", "3"]);
      await execa("mknod", [join(world.source, "dev", "loop"), "b", "7", "200"]);
      await execa("mkfifo", [join(world.source, "dev", "pipe")]);
      await backedUp(world);
      const { output, report } = await restored(world, 4);
      assert.equal(report.result, "partial");
      assert.equal(await readFile(join(world.target, "also"), "utf8"), "program");
      assert.deepEqual([report.files, report.bytes], [3, 100_014]);
      assert.deepEqual(await readdir(join(world.target, "dev")), ["pipe"]);
      assert.match(
        report.message,
        /Contents are complete, but .* everything of 4 entries, listed above; 2 links or special files are missing/,
      );
      for (const line of [
        `xattr.* ${world.target}/program security\\.capability: operation not permitted`,
        `mknod ${world.target}/dev/loop: operation not permitted`,
      ]) {
        assert.match(output, new RegExp(`^ {2}${line}$`, "m"));
      }
      assert.match(output, /^ {2}in the snapshot: 1 chardev of mode 644, owner 0:0$/m);
      assert.deepEqual(await stagings(world), []);
    },
  );

  inBothShells("puts contents into place where no owner may be set", async (world) => {
    await mkdir(join(world.source, "sub"));
    await writeFile(join(world.source, "sub", "a"), "a");
    await chown(join(world.source, "sub"), 2001, 2002);
    await chown(join(world.source, "sub", "a"), 2001, 2002);
    await backedUp(world);
    const { exitCode, output } = await restoredWith(world, ["fowner", "dac_override"]);
    assert.equal(exitCode, 4, output);
    assert.equal(await readFile(join(world.target, "sub", "a"), "utf8"), "a");
    assert.match(output, /everything of 2 entries, listed above; 2 files or directories have another owner or mode/);
    assert.match(output, /^ {2}restored as: 1 directory of mode 755, owner 0:0$/m);
  });

  inBothShells("says which bit of a file is lost that only FSETID could set", async (world) => {
    await writeFile(join(world.source, "locked"), "x");
    await chown(join(world.source, "locked"), 2001, 2002);
    await chmod(join(world.source, "locked"), 0o2755);
    await backedUp(world);
    const { exitCode, output } = await restoredWith(world, ["chown", "fowner", "dac_override"]);
    assert.equal(exitCode, 4, output);
    assert.match(output, /1 file or directory has another owner or mode/);
    assert.match(
      output,
      /^ {2}in the snapshot: 1 file of mode 2755, owner 2001:2002\n {2}restored as: 1 file of mode 755, owner 2001:2002$/m,
    );
  });

  inBothShells("says that a user who is not root cannot keep owners", async (world) => {
    await writeFile(join(world.source, "of-another"), "x");
    await backedUp(world);
    const { output, report } = await restored(world, 4, { asNobody: true });
    assert.match(report.message, /2 files or directories have another owner or mode/);
    assert.match(
      output,
      /in the snapshot: 2 files of mode 644, owner 0:0\n {2}restored as: 2 files of mode 644, owner 65534:65534/,
    );
  });
});

describe("attribute-losses.jq", () => {
  const error = (item: string, message: string) =>
    JSON.stringify({ message_type: "error", error: { message }, during: "restore", item });
  const args = { scheme: "local", staging: "/v/.restic-backup-restore.abcdef/new", target: "/v/import" };

  it("counts files, not errors, and shows them where they will be", async () => {
    const said = [
      error("/a", "lchown /v/.restic-backup-restore.abcdef/new/a: operation not permitted"),
      error("/a", "xattr.LSet /v/.restic-backup-restore.abcdef/new/a security.capability: operation not permitted"),
      error("/b", "open /v/.restic-backup-restore.abcdef/new/b: permission denied"),
      JSON.stringify({ message_type: "exit_error", code: 1, message: "Fatal: There were 3 errors" }),
    ];
    assert.deepEqual((await runRaw("attribute-losses", "-Rrs", said.join("\n"), args)).split("\n"), [
      "1",
      "  lchown /v/import/a: operation not permitted",
      "  xattr.LSet /v/import/a security.capability: operation not permitted",
    ]);
  });

  it("shows no more than a few screens", async () => {
    const said = Array.from({ length: 5000 }, (_, file) =>
      error(`/${file}`, `lchown /x/${file}: operation not permitted`),
    );
    const lines = (await runRaw("attribute-losses", "-Rrs", said.join("\n"), args)).split("\n");
    assert.deepEqual([lines[0], lines.length, lines.at(-1)], ["5000", 52, "  … and 4950 more"]);
  });
});
