import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { jqText } from "./run-jq";

const saying = (reason: string, tries: number) =>
  `Save(<lock/83a6ec494a>) returned error, retrying after 716.487645ms: ${reason}\n`.repeat(tries);
const ended = (reason: string) =>
  `Save(<lock/83a6ec494a>) failed: ${reason}\n{"message_type":"exit_error","code":1,"message":"unable to create lock in backend: ${reason}"}\n`;
const file = "/data/repository/locks/83a6ec494a84b3c9bc62b844f383afb8b729e012d04f8e3974255bf2f006514e-tmp-541";

const readOnly = `open ${file}: read-only file system`;
const serverError = "unexpected HTTP response (500): 500 Internal Server Error";

/** What restic said; its exit code, "" as long as it runs; whether the lock cannot be written, and why. */
const table: readonly (readonly [title: string, said: string, status: number | "", reason: string | undefined])[] = [
  ["nothing", "", "", undefined],
  ["one try on a read-only disk, which may be over", saying(readOnly, 1), "", undefined],
  ["two tries on a read-only disk", saying(readOnly, 2), "", "open: read-only file system"],
  [
    "two tries of a server that refuses",
    saying("client.PutObject: Access Denied.", 2),
    "",
    "client.PutObject: Access Denied",
  ],
  ["five errors of a server", saying(serverError, 5), "", undefined],
  ["six errors of a server", saying(serverError, 6), "", serverError],
  [
    "a server over SFTP that does not say why",
    saying('OpenFile /x: sftp: "Failure" (SSH_FX_FAILURE)', 6),
    "",
    'OpenFile /x: sftp: "Failure" (SSH_FX_FAILURE)',
  ],
  ["a server that is gone", saying("dial tcp 127.0.0.1:8000: connect: connection refused", 9), "", undefined],
  ["other objects that are refused", saying(readOnly, 9).replaceAll("lock/", "data/"), "", undefined],
  ["`unlock` that may not remove", saying(readOnly, 2).replaceAll("Save", "Remove"), "", "open: read-only file system"],
  ["no room", ended(`write ${file}: no space left on device`), 1, "write: no space left on device"],
  ["no rights", ended(`open ${file}: permission denied`), 1, "open: permission denied"],
  [
    "a server that refuses",
    ended("unexpected HTTP response (403): 403 Forbidden"),
    1,
    "unexpected HTTP response (403): 403 Forbidden",
  ],
  ["errors until restic gave up", ended(serverError), 1, serverError],
  [
    "a server that was gone until restic gave up",
    ended("dial tcp 127.0.0.1:8000: connect: connection refused"),
    1,
    undefined,
  ],
  [
    "a lock that could not be renewed for half an hour",
    "Fatal: failed to refresh lock in time\n",
    1,
    "failed to refresh lock in time",
  ],
  [
    "a lock that could not be renewed for a while",
    `Save(<lock/83a6ec494a>) failed: ${readOnly}\nunable to refresh lock: ${readOnly}\n`,
    1,
    undefined,
  ],
  [
    "the same, and all went well",
    `Save(<lock/83a6ec494a>) failed: ${readOnly}\nunable to refresh lock: ${readOnly}\n`,
    0,
    undefined,
  ],
  [
    "a signal",
    "signal terminated received, cleaning up\nunable to create lock in backend: context canceled\n",
    130,
    undefined,
  ],
  [
    "another restic's lock",
    "unable to create lock in backend: repository is already locked by PID 7 on node\n",
    11,
    undefined,
  ],
  [
    "a lock that cannot be read",
    "Fatal: invalid lock file: LoadRaw(<lock/aaaaaaaaaa>): invalid data returned\n",
    1,
    undefined,
  ],
  [
    "a file that is named so",
    '{"message_type":"error","error":{"message":"open /x/unable to create lock in backend: permission denied"},"during":"restore","item":"/unable to create lock in backend"}\n',
    1,
    undefined,
  ],
];

describe("refused-lock", () => {
  for (const [title, said, status, reason] of table) {
    it(`${reason === undefined ? "does not take for a refusal" : "knows"}: ${title}`, async () => {
      const words = await jqText("refused-lock", said, [
        "-Rrs",
        "--arg",
        "status",
        String(status),
        "--arg",
        "scheme",
        "rest",
      ]);
      assert.equal(words, reason ?? "");
    });
  }

  it("finds all that real backends say, and nothing else", async () => {
    const folder = join(__dirname, "restic-says");
    const found: string[] = [];
    for (const name of await readdir(folder)) {
      for (const section of (await readFile(join(folder, name), "utf8")).split(/^## /m).slice(1)) {
        const [, status = "", said = ""] = /^(\d+) [^\n]*\n([\s\S]*)$/.exec(section) ?? [];
        if (said.includes("lock")) {
          const words = await jqText("refused-lock", said, ["-Rrs", "--arg", "status", status, "--arg", "scheme", ""]);
          if (words !== "") {
            found.push(name);
          }
        }
      }
    }
    assert.deepEqual([...new Set(found)].sort(), ["full-repository.txt", "full-server.txt", "refused-writing.txt"]);
  });
});
