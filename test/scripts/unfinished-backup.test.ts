import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { packs } from "./damage-repository";
import { freePort, untilListening } from "./servers/free-port";
import type { World } from "./shell-under-test";
import { inBothShells, inBusybox } from "./shell-under-test";
import { until, withRepository } from "./test-repository";

/** Four packs of 4 MiB in a few seconds, then slowly on: there is something uploaded when the backup is cut off. */
const slowly = { RESTIC_OPTIONS: "--pack-size=4\n--limit-upload=6000" };

interface CutOff {
  readonly title: string;
  readonly exitCode: number | undefined;
  readonly cut: (world: World, pid: number) => Promise<void> | void;
}

const cuts: readonly CutOff[] = [
  { title: "SIGTERM", exitCode: 130, cut: (_, pid) => void process.kill(pid, "SIGTERM") },
  { title: "SIGKILL of script and restic", exitCode: undefined, cut: (_, pid) => void process.kill(-pid, "SIGKILL") },
  {
    title: "SIGKILL of restic alone",
    exitCode: 1,
    cut: async (_, pid) => {
      const { stdout } = await execa("pgrep", ["-g", String(pid), "-x", "restic"]);
      process.kill(Number(stdout), "SIGKILL");
    },
  },
];

describe("a backup that was cut off", function () {
  this.timeout(180_000);

  for (const cut of cuts) {
    inBothShells(`by ${cut.title}, the first one, loses nothing to prune`, async (world) => {
      await withRepository(world);
      const check = await world.run("check.sh");
      assert.equal(check.exitCode, 0, check.output);
      const uploaded = await cutOff(world, cut);
      for (const _ of [1, 2]) {
        const pruned = await world.run("prune.sh");
        assert.equal(pruned.exitCode, 65, pruned.output);
        assert.match(pruned.report.message, /Nothing was pruned: the repository lists no snapshot.*first backup end/);
      }
      assertHolds(await packs(world), uploaded);
      await removedAfterCompleteBackup(world, uploaded);
    });

    inBothShells(`by ${cut.title}, a later one, loses nothing to prune`, async (world) => {
      await withCompleteBackup(world);
      const uploaded = await cutOff(world, cut);
      for (const _ of [1, 2]) {
        const pruned = await world.run("prune.sh");
        assert.equal(pruned.exitCode, 65, pruned.output);
        assert.match(
          pruned.report.message,
          /Nothing was pruned: the backup (of .*export of host jira-backup )?that was cut off at 20.* Let a backup of .*export of host jira-backup end/,
        );
      }
      assertHolds(await packs(world), uploaded);
      await removedAfterCompleteBackup(world, uploaded);
    });
  }

  inBothShells("and whose lock check.sh meets first, loses nothing to prune", async (world) => {
    await withCompleteBackup(world);
    const uploaded = await cutOff(world, cuts[1] as CutOff);
    const checked = await world.run("check.sh");
    assert.equal(checked.exitCode, 0, checked.output);
    assert.match(checked.output, /successfully removed 1 lock[\s\S]*A backup was cut off/);
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 65, pruned.output);
    assertHolds(await packs(world), uploaded);
    await removedAfterCompleteBackup(world, uploaded);
  });

  inBothShells("and whose lock goes with that of a killed prune, loses nothing to prune", async (world) => {
    await withCompleteBackup(world);
    const uploaded = await cutOff(world, cuts[1] as CutOff);
    await mkdir(world.path("aside"));
    const [lock] = await readdir(join(world.repository, "locks"));
    await rename(join(world.repository, "locks", lock as string), world.path("aside/lock"));
    await killWithLock(world, "prune");
    await rename(world.path("aside/lock"), join(world.repository, "locks", lock as string));
    // A backup shares its lock, so that only the dead prune stands in its way.
    await rm(join(world.source, "large.zip"));
    await writeFile(join(world.source, "unreadable"), "");
    const checked = await world.run("check.sh");
    assert.equal(checked.exitCode, 0, checked.output);
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 65, pruned.output);
    assertHolds(await packs(world), uploaded);
  });

  for (const cut of [cuts[0], cuts[2]] as CutOff[]) {
    inBothShells(`by ${cut.title}, loses nothing to prune after \`restic unlock\` by hand`, async (world) => {
      await withCompleteBackup(world);
      const uploaded = await cutOff(world, cut);
      await world.restic("unlock");
      const pruned = await world.run("prune.sh");
      assert.equal(pruned.exitCode, 65, pruned.output);
      assertHolds(await packs(world), uploaded);
    });
  }

  inBothShells("and is another host's, waits for that host, or for a human", async (world) => {
    await withCompleteBackup(world);
    const other = { BACKUP_HOST: "other" };
    const uploaded = await cutOff(world, cuts[2] as CutOff, other);
    await rm(join(world.source, "large.zip"));
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    for (const _ of [1, 2]) {
      const pruned = await world.run("prune.sh");
      assert.equal(pruned.exitCode, 65, pruned.output);
      assert.match(
        pruned.report.message,
        /the backup of .*export of host other that was cut off at .* Let a backup of .*export of host other end/,
      );
    }
    assertHolds(await packs(world), uploaded);
    const { report } = await world.run("prune.sh");
    const command = /: restic unlock && restic (forget [0-9a-f]{8}),/.exec(report.message)?.[1] as string;
    await world.restic("unlock");
    await world.restic(...command.split(" "));
    assert.equal((await world.run("prune.sh")).exitCode, 0);
    assert.ok(!(await packs(world)).some((pack) => uploaded.includes(pack)), "what was given up is still there");

    await cutOff(world, cuts[2] as CutOff, other);
    // Whose lock it was, prune could not know.
    await world.restic("unlock");
    await rm(join(world.source, "large.zip"));
    assert.equal((await world.run("backup.sh", [], { env: other })).exitCode, 0);
    assert.equal((await world.run("prune.sh")).exitCode, 0);
    assert.equal(JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-unfinished")).length, 0);
  });

  inBothShells("is no reason to keep anything where a complete one is newer", async (world) => {
    await withCompleteBackup(world);
    const uploaded = await cutOff(world, cuts[1] as CutOff);
    await afterASecond();
    await rm(join(world.source, "large.zip"));
    assert.equal((await world.run("backup.sh")).exitCode, 0);
    // Only prune meets the dead lock, which is older than the complete backup.
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 0, pruned.output);
    assert.doesNotMatch(pruned.output, /cut off/);
    const left = await packs(world);
    assert.ok(!uploaded.some((pack) => left.includes(pack)), "what was cut off is still there");
  });

  inBusybox("by a lost connection, loses nothing to prune", async (world) => {
    await withCompleteBackup(world);
    const port = await freePort();
    const serve = () =>
      execa("rest-server", ["--no-auth", "--path", world.folder, "--listen", `127.0.0.1:${port}`], { reject: false });
    const remote = {
      RESTIC_REPOSITORY: `rest:http://127.0.0.1:${port}/repository/`,
      RESTIC_REST_USERNAME: "",
      RESTIC_REST_PASSWORD: "",
    };
    let server = serve();
    try {
      await untilListening("rest-server", port);
      await writeFile(join(world.source, "large.zip"), randomBytes(40_000_000));
      const running = world.start("backup.sh", [], { env: { ...slowly, ...remote } });
      await until("uploaded packs", async () => (await largePacks(world)).length > 1, 90);
      server.kill("SIGKILL");
      await server;
      process.kill(running.pid, "SIGTERM");
      const { exitCode, output } = await running.outcome;
      assert.notEqual(exitCode, 0, output);
      const uploaded = await largePacks(world);
      server = serve();
      await untilListening("rest-server", port);
      const pruned = await world.run("prune.sh", [], { env: remote });
      assert.equal(pruned.exitCode, 65, pruned.output);
      assertHolds(await packs(world), uploaded);
    } finally {
      server.kill("SIGKILL");
      await server;
    }
  });
});

async function withCompleteBackup(world: World): Promise<void> {
  await withRepository(world);
  const { exitCode, output } = await world.run("backup.sh");
  assert.equal(exitCode, 0, output);
  await afterASecond();
}

/** Moments are compared in whole seconds, in which a test can do more than any cluster. */
function afterASecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1100));
}

/** Packs that only the large file can fill. */
async function largePacks(world: World): Promise<string[]> {
  const sizes = (await packs(world))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map(async (name) => [name, (await stat(join(world.repository, "data", name.slice(0, 2), name))).size] as const);
  return (await Promise.all(sizes)).filter(([, size]) => size > 2_000_000).map(([name]) => name);
}

/** Begins a backup, and cuts it off after some packs. Returns those that are there. */
async function cutOff(world: World, { exitCode, cut }: CutOff, env: Record<string, string> = {}): Promise<string[]> {
  await writeFile(join(world.source, "large.zip"), randomBytes(40_000_000));
  const running = world.start("backup.sh", [], { env: { ...slowly, ...env } });
  await until("uploaded packs", async () => (await largePacks(world)).length > 1, 90);
  await cut(world, running.pid);
  const ended = await running.outcome;
  assert.equal(ended.exitCode, exitCode, ended.output);
  await afterASecond();
  return largePacks(world);
}

function assertHolds(there: readonly string[], uploaded: readonly string[]): void {
  assert.deepEqual(
    uploaded.filter((pack) => !there.includes(pack)),
    [],
    "what was uploaded is gone",
  );
}

/** The source does not hold any more what was uploaded, so that a complete backup makes it needless. */
async function removedAfterCompleteBackup(world: World, uploaded: readonly string[]): Promise<void> {
  await afterASecond();
  await rm(join(world.source, "large.zip"));
  const complete = await world.run("backup.sh");
  assert.equal(complete.exitCode, 0, complete.output);
  const pruned = await world.run("prune.sh");
  assert.equal(pruned.exitCode, 0, pruned.output);
  const left = await packs(world);
  assert.ok(!uploaded.some((pack) => left.includes(pack)), "what was cut off is still there");
  assert.equal(JSON.parse(await world.restic("snapshots", "--json", "--tag", "restic-backup-unfinished")).length, 0);
  await world.restic("check", "--read-data");
}

/** A restic that was killed while it had its lock. */
async function killWithLock(world: World, ...args: string[]): Promise<void> {
  const held = execa("restic", args, { env: world.env, reject: false, stdin: "ignore" });
  await until("the lock", async () => (await readdir(join(world.repository, "locks"))).length > 0);
  held.kill("SIGKILL");
  await held;
}
