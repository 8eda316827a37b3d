import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { inBothShells } from "./shell-under-test";
import { fakeRestic } from "./test-repository";

/** Answers that no server can be made to give here, or not without minutes of waiting. */
describe("explain.sh", function () {
  this.timeout(240_000);

  inBothShells("adds what ssh wrote into its log, and nothing of an earlier run", async (world) => {
    const log = world.path("ssh.log");
    await writeFile(log, "yesterday's words\r\n");
    const env = await fakeRestic(
      world,
      `printf 'No ED25519 host key is known for backup and you have requested strict checking.\\r\\n' >>${log}
      printf 'Host key verification failed.\\r\\n' >>${log}
      echo 'Fatal: unable to open repository at sftp:backup:/jira: unable to start the sftp session, error: unexpected EOF' >&2
      exit 1`,
    );
    const { exitCode, output, report } = await world.run("backup.sh", [], { env: { ...env, BACKUP_SSH_LOG: log } });
    assert.equal(exitCode, 1);
    assert.match(
      report.message,
      /session \(No ED25519.*checking, Host key verification failed\)\. known_hosts has no key/,
    );
    assert.match(output, /subprocess ssh: No ED25519 host key is known for backup/);
    assert.doesNotMatch(output + (await readFile(log, "utf8")), /yesterday/);
  });

  inBothShells("shows no signature that stands in an address", async (world) => {
    const env = await fakeRestic(
      world,
      `echo 'Stat(<config/>) returned error, retrying after 1s: Head "https://jira.blob.core.windows.net/backup/config?se=2026&sig=${"s3cret%2B"}": dial tcp: connection refused' >&2
      sleep 2
      echo 'Fatal: Head "https://jira.blob.core.windows.net/backup/config?se=2026&sig=${"s3cret%2B"}": dial tcp: connection refused' >&2
      exit 1`,
    );
    const { output, report } = await world.run("init.sh", [], { env: { ...env, RESTIC_PROGRESS_FPS: "1" } });
    assert.match(report.message, /backup\/config\?…": dial tcp: connection refused\. Check the port/);
    assert.doesNotMatch(output, /s3cret/);
  });

  for (const [words, hint] of [
    ["ssh: No user exists for uid 2001", /ssh needs user \d+ in \/etc\/passwd/],
    ["HEAD https://a/b\n---\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthenticationFailed\n---", /Azure refuses/],
    [
      "HEAD https://a/b\n---\nRESPONSE 404: 404\nERROR CODE: ContainerNotFound\n---",
      /container does not exist: create/,
    ],
    ["unable to open Azure backend: Account name ($AZURE_ACCOUNT_NAME) is empty", /name of the storage account/],
    ['oauth2: cannot fetch token: 400\nResponse: {"error":"invalid_grant"}', /invalid_grant.*Google does not accept/],
    ["googleapi: Error 401: Invalid Credentials, authError", /Access denied: check the credentials/],
    ["googleapi: Error 403: jira@x has no storage.objects.get access", /Access denied: check the credentials and what/],
    ["beSwift.createContainer: HTTP Error: 400", /container does not exist: create/],
    ["conn.Authenticate: HTTP Error: 401: Unauthorized", /Access denied: check the credentials/],
    [
      "unable to open repository at rclone:x:jira: error talking HTTP to rclone: exit status 1\n" +
        "rclone: 2026/11/24 08:00:00 CRITICAL: Failed: didn't find section in config file",
      /no remote of that name/,
    ],
    ['fork/exec: exec: "rclone": executable file not found in $PATH', /program rclone is not there/],
    ["s3.getCredentials: no credentials found. Use `-o s3.unsafe", /There are no credentials/],
    ["client.StatObject: The provided token has expired.", /session token has expired/],
    [
      "unable to open cache: mkdir /cache: read-only file system\nmkdir /cache: read-only file system\n" +
        "github.com/restic/restic/internal/backend/cache.New\n\tgithub.com/restic/restic/internal/backend/cache/cache.go:89",
      /unable to open cache: mkdir \/cache: read-only file system\. RESTIC_CACHE_DIR must be/,
    ],
    ["unexpected HTTP response (507): 507 Insufficient Storage", /storage is full/],
    ["unable to open cache: mkdir /.cache: permission denied", /RESTIC_CACHE_DIR must be/],
    ["something that nobody has seen before", /lines above say more/],
  ] as const) {
    inBothShells(`explains: ${words.split("\n").at(0)?.slice(0, 60)}`, async (world) => {
      await writeFile(world.path("words"), `Fatal: ${words}\n`);
      const env = await fakeRestic(world, `cat ${world.path("words")} >&2; exit 1`);
      const place = words.includes("rclone") ? { RESTIC_REPOSITORY: "rclone:storage:jira" } : {};
      const { exitCode, report } = await world.run("backup.sh", [], { env: { ...env, ...place } });
      assert.equal(exitCode, 1);
      assert.match(report.message, hint);
    });
  }
});
