import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

describe("secret-files.sh", function () {
  this.timeout(240_000);

  for (const asNobody of [false, true]) {
    inBothShells(`makes private copies as ${asNobody ? "a user without rights" : "root"}`, async (world) => {
      const { env, copies } = await withSecretFiles(world, {
        "ssh-privatekey": "the key, without the end of its line",
        known_hosts: "host key\n",
        "tls.crt": "certificate",
        "tls.key": "private key\n",
        other: "not of a backend\n",
      });
      assert.equal((await world.run("check.sh", [], { env, asNobody })).exitCode, 10);
      assert.deepEqual((await readdir(copies)).sort(), ["known_hosts", "ssh-privatekey", "tls-client.pem"]);
      assert.equal(await readFile(join(copies, "ssh-privatekey"), "utf8"), "the key, without the end of its line\n");
      assert.equal(await readFile(join(copies, "tls-client.pem"), "utf8"), "certificate\nprivate key\n");
      for (const name of await readdir(copies)) {
        const { mode, uid } = await stat(join(copies, name));
        assert.deepEqual([mode & 0o777, uid], [0o600, asNobody ? 65534 : 0], name);
      }
    });
  }

  inBothShells(
    "follows a Secret that changes, and keeps a configuration that rclone has written since",
    async (world) => {
      const { env, copies, change } = await withSecretFiles(world, { "rclone.conf": "token = first\n" });
      const config = join(copies, "rclone.conf");
      await world.run("check.sh", [], { env });
      assert.equal(await readFile(config, "utf8"), "token = first\n");

      await writeFile(config, "token = renewed by rclone\n");
      await utimes(config, hour(1), hour(1));
      await world.run("check.sh", [], { env });
      assert.equal(await readFile(config, "utf8"), "token = renewed by rclone\n");

      await change({ "rclone.conf": "token = of the operator\n" }, hour(2));
      await world.run("check.sh", [], { env });
      assert.equal(await readFile(config, "utf8"), "token = of the operator\n");
    },
  );

  inBothShells("takes out what editors on Windows leave: CRLF and the byte order mark", async (world) => {
    const files = {
      "ssh-privatekey":
        "\uFEFF-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3BlbnNzaA==\r\n-----END OPENSSH PRIVATE KEY-----",
      known_hosts: "backup ssh-ed25519 AAAA\r\n[backup]:22 ssh-ed25519 AAAA\r\n",
      "rclone.conf": "\uFEFF[storage]\r\ntype = local\r\n\r\n",
      "credentials.json": '{\r\n  "type": "service_account"\r\n}\r',
      "tls.crt": "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\r\n",
      "tls.key": "\uFEFF-----BEGIN PRIVATE KEY-----\r\nBBBB\r\n-----END PRIVATE KEY-----",
    };
    const { env, copies } = await withSecretFiles(world, files);
    assert.equal((await world.run("check.sh", [], { env })).exitCode, 10);
    const unix = (text: string) =>
      text
        .replaceAll("\uFEFF", "")
        .replace(/\r(?=\n|$)/g, "")
        .replace(/\n?$/, "\n");
    const { "tls.crt": certificate, "tls.key": key, ...others } = files;
    for (const [name, text] of Object.entries({ ...others, "tls-client.pem": unix(certificate) + unix(key) })) {
      const expected = name === "rclone.conf" ? "[storage]\ntype = local\n\n" : unix(text);
      assert.equal(await readFile(join(copies, name), "utf8"), expected, name);
    }
  });

  inBothShells("makes copies that ssh can use", async (world) => {
    const key = world.path("key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const dos = async (path: string) => (await readFile(path, "utf8")).replaceAll("\n", "\r\n");
    const { env, copies } = await withSecretFiles(world, {
      "ssh-privatekey": await dos(key),
      known_hosts: `backup ${await dos(`${key}.pub`)}`,
    });
    await world.run("check.sh", [], { env });
    const { stdout } = await execa("ssh-keygen", ["-y", "-f", join(copies, "ssh-privatekey")]);
    assert.equal(stdout.split(" ")[1], (await readFile(`${key}.pub`, "utf8")).split(" ")[1]);
    const { stdout: found } = await execa("ssh-keygen", ["-F", "backup", "-f", join(copies, "known_hosts")]);
    assert.match(found, /found/);
  });

  inBothShells("never shows half a file to another script", async (world) => {
    const content = "known host\n".repeat(200_000);
    const { env, copies, change } = await withSecretFiles(world, { known_hosts: content });
    const seen = new Set<number>();
    const running = [1, 2, 3, 4].map(async () => {
      await change({ known_hosts: content }, hour(1));
      // A report file of each, because they run at once.
      const own = { ...env, BACKUP_REPORT_FILE: world.path("none") };
      const { exitCode, output } = await world.start("check.sh", [], { env: own }).outcome;
      assert.equal(exitCode, 10, output);
    });
    let ended = false;
    const all = Promise.all(running).finally(() => {
      ended = true;
    });
    while (!ended) {
      seen.add((await stat(join(copies, "known_hosts")).catch(() => ({ size: content.length }))).size);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await all;
    assert.deepEqual([...seen], [content.length]);
    assert.deepEqual(await readdir(copies), ["known_hosts"]);
  });

  inBothShells(
    "names a directory and a file that cannot be read, and a directory that cannot be written to",
    async (world) => {
      const { env, secrets, copies } = await withSecretFiles(world, { known_hosts: "host key\n" });
      await chmod(join(secrets, "..data", "known_hosts"), 0o000);
      const unreadableFile = await world.run("init.sh", [], { env, asNobody: true });
      assert.equal(unreadableFile.exitCode, 64);
      assert.match(unreadableFile.report.message, /BACKUP_SECRET_FILES: .*known_hosts cannot be read by user 65534/);

      const missing = { ...env, BACKUP_SECRET_FILES: world.path("none") };
      const unreadable = await world.run("init.sh", [], { env: missing });
      assert.equal(unreadable.exitCode, 64);
      assert.match(unreadable.report.message, /BACKUP_SECRET_FILES: .*none is not a directory that user/);

      await rm(copies, { recursive: true });
      const unwritable = await world.run("init.sh", [], { env });
      assert.equal(unwritable.exitCode, 64);
      assert.match(
        unwritable.report.message,
        /BACKUP_PRIVATE_FOLDER: .* is not a directory that user \d+ can write to/,
      );
    },
  );
});

/** Some time from now: later than everything that a test does without saying when. */
function hour(count: number): Date {
  return new Date(Date.now() + count * 3_600_000);
}

/** A folder as a Secret's volume is one: links to files in a folder that is replaced as a whole. */
async function withSecretFiles(world: World, files: Record<string, string>) {
  const [secrets, copies] = [world.path("secrets"), world.path("private")];
  await Promise.all([mkdir(join(secrets, "..data"), { recursive: true }), mkdir(copies)]);
  const change = async (changed: Record<string, string>, time = new Date()) => {
    for (const [name, content] of Object.entries(changed)) {
      await writeFile(join(secrets, "..data", name), content, { mode: 0o644 });
      await utimes(join(secrets, "..data", name), time, time);
    }
  };
  await change(files, hour(-1));
  for (const name of Object.keys(files)) {
    await symlink(join("..data", name), join(secrets, name));
  }
  return { env: { BACKUP_SECRET_FILES: secrets, BACKUP_PRIVATE_FOLDER: copies }, secrets, copies, change };
}
