import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

const library = join(__dirname, "..", "..", "scripts", "lib");

/** Locations that would put a password into logs: what stands before the @ is one, in whatever form. */
const refused = [
  "rest:https://user:sesame@host/",
  "rest:https://user:ses/ame@host/",
  "rest:https:user:sesame@host/",
  "rest:https:user:ses/ame@host/",
  "rest:user:sesame@host/",
  "rest:HTTPS://user:sesame@host/",
  "rest:https://us:er:sesame@host/",
  "rest:https://user:@host/",
  "rest:http://user:8000@host/",
  "s3:https://key:sesame@host/bucket",
  "s3:http://key:ses/ame@host/bucket",
  "s3:key:sesame@host/bucket",
  "sftp://user:sesame@host//backup",
  "sftp://user:ses/ame@host//backup",
  "sftp:user:sesame@host:/backup",
  "rclone::s3,secret_access_key=sesame:bucket",
  "rclone:remote,pass=sesame:directory",
  "rclone::drive,token={sesame}:directory",
  "https://user:sesame@host/",
  "http://host/jira",
];

const accepted = [
  "rest:https://host:8000/jira",
  "rest:https://user@host:8000/jira",
  "rest:https://host/a:b@c/",
  "rest:http://host:8000/jira@home/",
  "rest:http://[::1]:8000/jira",
  "rest:http+unix:///run/rest.sock:/jira/",
  "s3:https://s3.amazonaws.com/bucket/a@b",
  "s3:s3.amazonaws.com/bucket",
  "s3:host:9000/bucket",
  "sftp://user@host:22//backup",
  "sftp://[::1]:22//backup",
  "sftp:user@host:/backup",
  "sftp:user@host:backup@home",
  "sftp:host:/backup@home",
  "local:/srv/a:b@c",
  "/srv/a:b@c",
  "/srv/with space",
  "rclone:remote:monkey/a=b",
  "b2:bucket:a@b",
  "azure:container:/jira",
  "swift:container:/jira",
  "gs:bucket:/jira",
];

describe("location.sh", function () {
  this.timeout(240_000);

  inBothShells("refuses a location that holds a password, in every form", async (world) => {
    for (const location of refused) {
      const problems = await problemsOf(world, location);
      assert.match(problems, /^RESTIC_REPOSITORY: (holds a|begins with http)/, location);
      assert.doesNotMatch(problems, /ses\/?ame/, location);
    }
  });

  inBothShells("accepts what holds none, with ports and signs in its path", async (world) => {
    for (const location of accepted) {
      assert.equal(await problemsOf(world, location), "", location);
    }
  });

  inBothShells("is what every command asks before it does anything", async (world) => {
    for (const script of ["init.sh", "backup.sh", "check.sh", "prune.sh", "restore.sh"]) {
      const env = { RESTIC_REPOSITORY: "rest:https:jira:ses/ame@host/" };
      const { exitCode, output } = await world.run(script, [], { env });
      assert.equal(exitCode, 64, output);
      assert.doesNotMatch(output, /ses\/ame/);
    }
  });

  inBothShells("shows no password that is taken for a port and a path", async (world) => {
    assert.equal(await shown(world, "rest:https://user:12/word@host/"), "rest:https://…@host/");
    assert.equal(await shown(world, "rest:https://user@host:8000/jira"), "rest:https://user@host:8000/jira");
  });

  for (const id of ["123", "0".repeat(63), "0".repeat(65), "G".repeat(64), `${"0".repeat(63)} `]) {
    inBothShells(`refuses the id "${id.slice(0, 5)}…" of ${id.length} characters`, async (world) => {
      assert.match(await problemsOf(world, "/srv", id), /BACKUP_REPOSITORY_ID: not an id/);
    });
  }
});

/** What the file says of a location, without a command around it. */
function problemsOf(world: World, location: string, id = ""): Promise<string> {
  return sourced(world, location, 'problem() { echo "$1"; }; check_location', { BACKUP_REPOSITORY_ID: id });
}

function shown(world: World, location: string): Promise<string> {
  return sourced(world, location, 'echo "$repository_shown"');
}

async function sourced(world: World, location: string, words: string, env = {}): Promise<string> {
  const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
  const { stdout } = await execa(shell, ["-euc", `. ${library}/location.sh; ${words}`], {
    env: { PATH: world.env.PATH, RESTIC_REPOSITORY: location, ...env },
    extendEnv: false,
  });
  return stdout;
}
