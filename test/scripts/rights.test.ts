import assert from "node:assert/strict";
import { chmod, chown, writeFile } from "node:fs/promises";
import type { Role } from "../../components/naming";
import { args, leastArgs } from "../support/args";
import { pod } from "../support/pod";
import { rightsOf } from "./rights";
import { inBothShells, type RunOptions, type World } from "./shell-under-test";

const remote = args({ repository: { rest: { url: "http://host/" } } });
const scripts: readonly (readonly [string, Role])[] = [
  ["init.sh", "init"],
  ["backup.sh", "backup"],
  ["check.sh", "check"],
  ["prune.sh", "prune"],
  ["restore.sh", "restore"],
  ["restore-shell.sh", "restore"],
];

describe("the rights of the script tests", () => {
  for (const [script, role] of scripts) {
    it(`are those of the pod that runs ${script}`, async () => {
      for (const [given, repository] of [
        [leastArgs, "/repository"],
        [remote, "rest:http://host/"],
      ] as const) {
        const { add } = (await pod(role, given)).container.securityContext.capabilities;
        assert.deepEqual(
          rightsOf(script, repository).map((name) => name.toUpperCase()),
          add,
        );
      }
    });
  }

  it("are none for a step", () => {
    assert.deepEqual(rightsOf("run-step.sh", ""), []);
  });

  inBothShells("let root write what is not his on a claim, and give nothing away", async (world) => {
    assert.equal(await probe(world, "backup.sh"), "reads writes");
  });

  inBothShells("let root read what is not his, and no more, for a backup that goes elsewhere", async (world) => {
    assert.equal(await probe(world, "backup.sh", { env: { RESTIC_REPOSITORY: "rest:http://host/" } }), "reads");
  });

  inBothShells("let root give files to others for a restore, and make no devices", async (world) => {
    assert.equal(await probe(world, "restore.sh"), "reads writes gives");
  });

  inBothShells("grow by what a test says that it needs", async (world) => {
    const rights = { capabilities: ["chown"], why: "this is about more rights" } as const;
    assert.equal(await probe(world, "prune.sh", { rights }), "reads writes gives");
  });

  inBothShells("are none for another user", async (world) => {
    assert.equal(await probe(world, "restore.sh", { asNobody: true }), "");
  });
});

/** What a script of this name may do with somebody else's private file. */
async function probe(world: World, name: string, options: RunOptions = {}): Promise<string> {
  const [script, file] = [world.path(name), world.path("file")];
  await writeFile(file, "somebody else's\n");
  await chmod(file, 0o600);
  await chown(file, 1234, 1234);
  await writeFile(
    script,
    [
      "able=",
      'cat "$0" > /dev/null',
      `cat ${file} > /dev/null 2>&1 && able="$able reads"`,
      `{ echo more >> ${file}; } 2> /dev/null && able="$able writes"`,
      `chown 4321 ${world.path("own")} 2> /dev/null && able="$able gives"`,
      `mknod ${world.path("device")} c 1 3 2> /dev/null && able="$able makes devices"`,
      `echo '{"exitCode":0,"result":"success","message":"This is what it may do here:'"$able"'"}' | tee "$BACKUP_REPORT_FILE"`,
      "",
    ].join("\n"),
  );
  await writeFile(world.path("own"), "");
  await chmod(world.folder, 0o777);
  await chmod(world.path("report"), 0o666);
  const { report } = await world.start(script, [], options).outcome;
  return report.message.replace(/^[^:]*: ?/, "");
}
