import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

/** What each command does with restic, of which TMPDIR becomes full. */
const commands: readonly (readonly [script: string, during: string])[] = [
  ["init.sh", "cat config"],
  ["backup.sh", "backup"],
  ["backup.sh", "snapshots"],
  ["check.sh", "snapshots"],
  ["check.sh", "check"],
  ["check.sh", "--stdin-filename"],
  ["prune.sh", "snapshots"],
  ["prune.sh", "prune"],
  ["restore.sh", "snapshots"],
  ["restore.sh", "restore"],
];

describe("run.sh", function () {
  this.timeout(240_000);

  for (const [script, during] of commands) {
    for (const fails of [false, true]) {
      const how = fails ? "and restic fails" : "and restic succeeds";
      inBothShells(`says so where TMPDIR becomes full in ${script} during ${during}, ${how}`, async (world) => {
        await withRepository(world);
        assert.equal((await world.run("backup.sh")).exitCode, 0);
        await withSmallDirectory(world, async (small) => {
          const env = await fakeRestic(
            world,
            `case " $* " in *" ${during} "*)
              dd if=/dev/zero of=${small}/filled bs=4096 >/dev/null 2>&1
              ${fails ? "echo 'Fatal: something else' >&2; exit 1" : ""} ;;
            esac
            exec "$real" "$@"`,
          );
          const { exitCode, output, report } = await world.start(script, [], { env: { ...env, TMPDIR: small } })
            .outcome;
          assert.equal(exitCode, 1, output);
          assert.match(report.message, new RegExp(`TMPDIR \\(${small}\\) became full.*Make room there`));
          assert.deepEqual(await readdir(small), ["filled"], "what the command made is gone");
        });
      });
    }
  }

  for (const script of ["init.sh", "backup.sh", "check.sh", "prune.sh", "restore.sh"]) {
    inBothShells(`says so where TMPDIR is full before ${script} begins`, async (world) => {
      await withSmallDirectory(world, async (small) => {
        await execa("dd", ["if=/dev/zero", `of=${small}/filled`, "bs=4096"], { reject: false });
        const { exitCode, report } = await world.start(script, [], { env: { TMPDIR: small } }).outcome;
        assert.equal(exitCode, 64);
        assert.match(
          report.message,
          /TMPDIR: .* (cannot be written to, so it is most likely full|no directory can be made)/,
        );
      });
    });
  }
});

/** A file system of 2 MiB. */
async function withSmallDirectory(world: World, test: (small: string) => Promise<void>): Promise<void> {
  const small = join(world.folder, "small");
  await mkdir(small);
  await execa("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small]);
  try {
    await test(small);
  } finally {
    await execa("umount", ["-l", small]);
  }
}
