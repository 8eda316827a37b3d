import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import { startRestServer } from "./servers/programs";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, withRepository } from "./test-repository";

describe("keys.sh", function () {
  this.timeout(180_000);

  inBothShells("reports two inits that ran at once", async (world) => {
    await withTwoInits(world);
    await rename(world.repository, world.path("two-inits"));
    // The other init comes between our init and our look at the keys: no real restic can be told to do so.
    const env = await fakeRestic(
      world,
      `for last; do :; done
      "$real" "$@" || exit
      [ "$last" != init ] || { rm -rf "$RESTIC_REPOSITORY"; mv "${world.path("two-inits")}" "$RESTIC_REPOSITORY"; }`,
    );
    const { exitCode, output, report } = await world.run("init.sh", [], { env });
    assert.equal(exitCode, 1, output);
    assert.match(report.message, /[Tt]wo inits ran at once/);
    assert.equal((await readdir(join(world.repository, "keys"))).length, 2);
  });

  inBothShells("reports two earlier inits, whichever key restic takes, and no other keys", async (world) => {
    const misfit = await withTwoInits(world);
    const both = await world.run("init.sh");
    assert.equal(both.exitCode, 1, both.output);
    assert.match(both.report.message, /[Tt]wo inits ran at once/);
    assert.ok(both.report.message.includes(misfit), "names the key that does not fit");

    await rm(join(world.repository, "keys", misfit));
    await world.restic("key", "add", "--new-password-file", world.path("password"));
    await writeFile(world.path("another-password"), "another password");
    await world.restic("key", "add", "--new-password-file", world.path("another-password"));
    const fitting = await world.run("init.sh");
    assert.equal(fitting.exitCode, 0, fitting.output);
    assert.equal(fitting.report.warning, undefined);
  });

  inBothShells("warns before there are more keys than restic tries", async (world) => {
    await withRepository(world);
    const keys = join(world.repository, "keys");
    const [name = ""] = await readdir(keys);
    const words = JSON.parse(await readFile(join(keys, name), "utf8"));
    for (let number = 2; number <= 15; number++) {
      const key = JSON.stringify({ ...words, username: String(number) });
      await writeFile(join(keys, createHash("sha256").update(key).digest("hex")), key);
    }
    const { exitCode, output, report } = await world.run("init.sh");
    assert.equal(exitCode, 0, output);
    assert.match(report.warning ?? "", /has 15 keys\. With more than 20 .* restic key remove ID\./);
  });

  for (const inits of [2, 4]) {
    inBothShells(
      `${inits} inits at once never leave a repository with two keys that one of them calls good`,
      async (world) => {
        await allAtOnce(world, inits, world.repository, world.repository);
        const folder = world.path("served");
        await mkdir(folder);
        const server = await startRestServer(folder, "--no-auth");
        try {
          await allAtOnce(world, inits, `rest:http://127.0.0.1:${server.port}/jira`, join(folder, "jira"));
        } finally {
          await server.stop();
        }
      },
    );
  }
});

describe("print_uptime of keys.sh", () => {
  for (const [uptime, hundredths] of [
    ["0.38", "38"],
    ["0.08", "8"],
    ["0.00", "0"],
    ["0.80", "80"],
    ["9.99", "999"],
    ["10.05", "1005"],
    ["100000.00", "10000000"],
  ] as const) {
    inBothShells(`reads ${uptime} as a decimal number`, async (world) => {
      await writeFile(world.path("uptime"), `${uptime} 1.00\n`);
      const library = join(__dirname, "..", "..", "scripts", "lib", "keys.sh");
      const sourced = `. ${library}; echo $(($(print_uptime) - 0))`;
      const command = `mount --bind "$1" /proc/uptime && PATH=$2 && exec "$3" -euc "$4"`;
      const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
      const { stdout } = await execa("unshare", [
        ...["--mount", "sh", "-c", command, "sh"],
        ...[world.path("uptime"), world.env.PATH as string, shell, sourced],
      ]);
      assert.equal(stdout, hundredths);
    });
  }
});

/** Starts them within the time that one takes, and holds what they say against what there is. */
async function allAtOnce(world: World, inits: number, repository: string, folder: string): Promise<void> {
  const running = Array.from({ length: inits }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 150));
    const env = { RESTIC_REPOSITORY: repository, BACKUP_REPORT_FILE: world.path("none"), BACKUP_CONFIRM_WAIT: "0" };
    return world.start("init.sh", [], { env }).outcome;
  });
  const outcomes = await Promise.all(running);
  const keys = await readdir(join(folder, "keys"));
  for (const { exitCode, output } of outcomes) {
    assert.ok(exitCode === 0 ? keys.length === 1 : exitCode === 1, `${keys.length} keys: ${output}`);
  }
  const { exitCode } = await execa("restic", ["--no-lock", "cat", "config"], {
    env: { ...world.env, RESTIC_REPOSITORY: repository },
    reject: false,
    stdin: "ignore",
  });
  assert.ok(keys.length > 1 || exitCode === 0, "a repository with one key opens");
}

/** A repository that two inits have made at once: two keys, of which one does not belong to the config. */
async function withTwoInits(world: World): Promise<string> {
  await withRepository(world);
  await execa("restic", ["init"], { env: { ...world.env, RESTIC_REPOSITORY: world.path("other") }, stdin: "ignore" });
  makeKeyCheap(world.path("other"), secrets[0] as string);
  const [misfit] = await readdir(world.path("other/keys"));
  await cp(world.path(`other/keys/${misfit}`), join(world.repository, "keys", misfit as string));
  return misfit as string;
}
