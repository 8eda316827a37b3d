import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import { inBothShells } from "./shell-under-test";

describe("a repository with a cheap key", function () {
  this.timeout(240_000);

  inBothShells("is one that restic opens with its password, and with no other", async (world) => {
    await world.restic("init");
    await world.restic("backup", world.source);
    const expensive = await readFile(join(world.repository, "config"));
    assert.throws(() => makeKeyCheap(world.repository, "another password"), /wrong password/);
    makeKeyCheap(world.repository, secrets[0] as string);
    assert.deepEqual(await readFile(join(world.repository, "config")), expensive);
    const [key, ...others] = await readdir(join(world.repository, "keys"));
    assert.deepEqual(others, []);
    assert.equal(JSON.parse(await readFile(join(world.repository, "keys", key as string), "utf8")).N, 2);
    await world.restic("check", "--read-data");

    await writeFile(world.path("password"), "another password");
    const { exitCode } = await execa("restic", ["cat", "config"], { env: world.env, reject: false, stdin: "ignore" });
    assert.equal(exitCode, 12);
  });
});
