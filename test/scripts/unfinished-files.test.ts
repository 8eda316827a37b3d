import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { startRestServer } from "./servers/programs";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { until, withRepository } from "./test-repository";

const leftovers = [
  "data/00/00ab-tmp-123456789",
  "index/0123-tmp-1",
  "snapshots/4567-tmp-22",
  "keys/89ab-tmp-333",
  "locks/cdef-tmp-4444",
  "config-tmp-55555",
];

describe("unfinished-files.sh", function () {
  this.timeout(240_000);

  inBothShells("names what a killed restic has left, and prune removes it and nothing else", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    await leave(world);
    const others = ["data/00/notes-tmp-x", "of-the-operator-tmp-1"];
    for (const name of others) {
      await writeFile(join(world.repository, name), "");
    }
    const checked = await world.run("check.sh");
    assert.equal(checked.exitCode, 0, checked.output);
    assert.match(checked.output, /holds 6 unfinished files, 5\.8 KiB\..*The next prune removes them/);
    assert.equal((await unfinished(world)).length, leftovers.length + others.length);
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 0, pruned.output);
    assert.match(pruned.output, /Removed 6 unfinished files that a restic that was killed has left/);
    assert.deepEqual(await unfinished(world), others);
    assert.doesNotMatch((await world.run("check.sh")).output, /unfinished/);
    await world.restic("check", "--read-data");
  });

  inBothShells("says so of one in words for one", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    await leave(world, ["index/0123-tmp-1"]);
    assert.match((await world.run("check.sh")).output, /holds 1 unfinished file, /);
    assert.match((await world.run("prune.sh")).output, /Removed 1 unfinished file that/);
  });

  inBothShells("finds what a killed restic really leaves, in a directory with an odd name", async (world) => {
    const directory = world.path("-odd 'name'\n*");
    await mkdir(directory);
    for (const repository of [`local:${directory}/repository`]) {
      const env = { RESTIC_REPOSITORY: repository };
      await withRepository(world);
      await execa("mv", ["-T", world.repository, join(directory, "repository")]);
      assert.equal((await world.run("backup.sh", [], { env })).exitCode, 64);
    }
    const plain = world.path("-odd 'name' *");
    await execa("mv", ["-T", directory, plain]);
    const env = { RESTIC_REPOSITORY: `local:${plain}/repository` };
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
    await writeFile(join(world.source, "large.zip"), randomBytes(40_000_000));
    const held = execa("restic", ["backup", "--limit-upload=2000", world.source], {
      env: { ...world.env, ...env },
      reject: false,
      stdin: "ignore",
    });
    const left = async () =>
      (await readdir(join(plain, "repository/data"), { recursive: true })).filter((name) => name.includes("-tmp-"));
    await until("a file that is being written", async () => (await left()).length > 0);
    held.kill("SIGKILL");
    await held;
    assert.ok((await left()).length > 0);
    await rm(join(world.source, "large.zip"));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
    const pruned = await world.run("prune.sh", [], { env });
    assert.equal(pruned.exitCode, 0, pruned.output);
    assert.deepEqual(await left(), []);
  });

  inBothShells("never touches what a living restic is writing", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    await writeFile(join(world.source, "large.zip"), randomBytes(40_000_000));
    const living = execa("restic", ["backup", "--limit-upload=2000", world.source], {
      env: world.env,
      reject: false,
      stdin: "ignore",
    });
    await until("a file that is being written", async () => (await unfinished(world)).length > 0);
    living.kill("SIGSTOP");
    const before = await unfinished(world);
    const checked = await world.run("check.sh");
    assert.equal(checked.exitCode, 11, "check needs the repository for itself");
    const pruned = await world.run("prune.sh");
    assert.equal(pruned.exitCode, 11, pruned.output);
    assert.deepEqual(await unfinished(world), before);
    living.kill("SIGKILL");
    await living;
  });

  inBothShells("is about directories only", async (world) => {
    await withRepository(world);
    await leave(world);
    const server = await startRestServer(world.folder, "--no-auth");
    try {
      const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/repository` };
      await world.run("backup.sh", [], { env });
      const { exitCode, output } = await world.run("check.sh", [], { env });
      assert.doesNotMatch(output, /The repository holds/);
      assert.ok(exitCode !== 64, output);
    } finally {
      await server.stop();
    }
  });
});

async function leave(world: World, names: readonly string[] = leftovers): Promise<void> {
  for (const name of names) {
    await mkdir(join(world.repository, name, ".."), { recursive: true });
    await writeFile(join(world.repository, name), Buffer.alloc(1000), { mode: 0o600 });
  }
}

async function unfinished(world: World): Promise<string[]> {
  return (await readdir(world.repository, { recursive: true })).filter((name) => name.includes("-tmp-")).sort();
}
