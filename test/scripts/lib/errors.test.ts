import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jqOf, jqText } from "./run-jq";

/** What the real restic said: harvest-restic-says.ts made these files. */
const folder = join(__dirname, "restic-says");

interface Section {
  readonly command: string;
  readonly ended: string;
  readonly words: string;
}

interface Fixture {
  readonly name: string;
  readonly how: string;
  readonly expect: string;
  readonly scheme: string;
  readonly sections: readonly Section[];
}

const fixtures: readonly Fixture[] = readdirSync(folder).map((file) => {
  const [head = "", ...sections] = readFileSync(join(folder, file), "utf8").split(/^## /m);
  const [, how = "", expect = ""] = /^# (.*); expect: (\w+)\n/.exec(head) ?? [];
  return {
    name: file.replace(/\.txt$/, ""),
    how,
    expect,
    scheme: /^(?:server|damage-on|failure-no-keys-on)-(\w+)/.exec(file)?.[1] ?? "local",
    sections: sections.map((section) => {
      const [, ended = "", command = "", words = ""] = /^(\S+) (.*)\n([\s\S]*)$/.exec(section) ?? [];
      return { ended, command, words };
    }),
  };
});

interface Explained {
  readonly cause: string;
  readonly hint: string;
  readonly damage: string;
  readonly unclean: string;
  readonly attributesOnly: string;
  readonly refusedAgain: string;
  readonly kind: string;
  readonly attributes: string;
  readonly shown: readonly string[];
}

async function explain(words: string, given: Record<string, string> = {}): Promise<Explained> {
  const all = { status: "1", ending: "", limit: "6", user: "1000", scheme: "local", ...given };
  const args = Object.entries(all).flatMap(([name, value]) => ["--arg", name, value]);
  const lines = (await jqText("explain-run", words, ["--raw-output", "--raw-input", "--slurp", ...args])).split("\n");
  const [cause = "", hint = "", damage = "", unclean = "", attributesOnly = "", refusedAgain = "", kind = ""] = lines;
  const [, , , , , , , attributes = "", ...shown] = lines;
  return { cause, hint, damage, unclean, attributesOnly, refusedAgain, kind, attributes, shown };
}

function explainSection({ ended, words }: Section, scheme: string): Promise<Explained> {
  const early = ended === "timed-out";
  return explain(words, { status: early ? "1" : ended, ending: early ? ended : "", scheme });
}

interface Row {
  readonly pattern: string;
  readonly kind: string;
  readonly hint: string;
  readonly scheme?: string;
}

const rows = async () => (await jqOf("errors", "errors", null)) as Row[];

/** What no machine can be made to say here, and why. */
const neverSeen: Readonly<Record<string, string>> = {
  "Detected data corruption while (saving|writing)": "needs memory that fails",
  "[Ss]tale (NFS )?file handle": "needs a file server that goes away",
  "contains 1 errors: \\[partial download error: ": "restic's circuit breaker speaks first",
};

const right: Readonly<Record<string, (found: Explained, ended: string) => void>> = {
  damage: ({ damage }) => assert.notEqual(damage, ""),
  failure: ({ damage, attributesOnly, cause, hint }) => {
    assert.equal(damage, "");
    assert.equal(attributesOnly, "no");
    assert.notEqual(cause, "");
    assert.notEqual(hint, "");
  },
  attributes: ({ damage, attributesOnly, attributes }) => {
    assert.equal(damage, "");
    assert.equal(attributesOnly, "yes");
    assert.ok(Number(attributes) > 0);
  },
  clean: ({ damage, unclean }, ended) => assert.deepEqual([damage, unclean, ended], ["", "", "0"]),
  unclean: ({ damage, unclean }, ended) => {
    assert.deepEqual([damage, ended], ["", "0"]);
    assert.notEqual(unclean, "");
  },
};

describe("errors.jq", function () {
  this.timeout(240_000);

  describe("takes the real restic's words for what they are", () => {
    for (const { name, how, expect, scheme, sections } of fixtures) {
      it(`${name}: ${how}`, async () => {
        assert.ok(sections.length > 0);
        for (const section of sections) {
          const found = await explainSection(section, scheme);
          try {
            right[expect]?.(found, section.ended);
          } catch (error) {
            throw new Error(`${section.command}: ${JSON.stringify(found, undefined, 2)}`, { cause: error });
          }
        }
      });
    }
  });

  it("has a text of the real restic for every row", async function () {
    // A call of jq for each of a few hundred texts.
    this.timeout(300_000);
    const seen = new Set<string>();
    for (const { scheme, sections } of fixtures) {
      const filter = "map(messages | judged | map([.pattern, .kind, .hint])) | add // [] | unique";
      const args = ["--arg", "scheme", scheme];
      const said = await jqOf(
        "messages",
        `include "errors"; ${filter}`,
        sections.map(({ words }) => words),
        args,
      );
      for (const [pattern, , hint] of said as string[][]) {
        seen.add(`${pattern} ${hint}`);
      }
      for (const section of sections) {
        const { hint } = await explainSection(section, scheme);
        seen.add(hint);
      }
    }
    const missing = (await rows()).filter(
      ({ pattern, hint }) => !seen.has(`${pattern} ${hint}`) && !seen.has(hint.replaceAll("{user}", "1000")),
    );
    assert.deepEqual(missing.map(({ pattern }) => pattern).sort(), Object.keys(neverSeen).sort());
  });

  it("says of every row what it is, and what to do", async () => {
    const kinds = "damage refused unreachable busy full setting attribute benign summary verdict other".split(" ");
    for (const { pattern, kind, hint } of await rows()) {
      assert.ok(kinds.includes(kind), pattern);
      assert.ok(kind === "summary" || /[.]$/.test(hint), pattern);
    }
  });

  describe("is right where no fixture can be", () => {
    for (const [words, kind] of [
      ["Detected data corruption while saving blob 0123: hash mismatch", "other"],
      ["Detected data corruption while writing pack-file header: header decoding failed", "other"],
      ["read : stale NFS file handle", "other"],
      ["pack 0123 contains 1 errors: [partial download error: readFull: unexpected EOF]", "unreachable"],
      ["pack 0123 contains 2 errors: [blob 45: hash mismatch partial download error: unexpected EOF]", "damage"],
      ["Fatal: invalid lock file: LoadRaw(<lock/0123456789>): invalid data returned", "other"],
      [
        "Load(<data/0123>, 0, 0) failed: The specified blob does not exist, RESPONSE 404: 404, ERROR CODE: BlobNotFound",
        "damage",
      ],
      ["Load(<data/0123>, 0, 0) failed: conn.ObjectOpen: Object Not Found", "damage"],
      ["Load(<data/0123>, 0, 0) failed: unexpected HTTP response (500): 500 Internal Server Error", "busy"],
      ["Load(<data/0123>, 0, 0) failed: open : input/output error", "other"],
      ["subprocess ssh: The repository is damaged: ciphertext verification failed", "benign"],
      ["rclone: 2026/11/27 01:00:00 NOTICE: hash mismatch", "benign"],
      ["parts of x not found in the repository index; storing the file again", "damage"],
      ["no key 0123 was found in the index of this book", "other"],
      ["something that nobody has seen before", "other"],
    ] as const) {
      it(words, async () => {
        const filter = "row_of(.).kind, is_damage, is_benign, is_attribute";
        const found = await jqOf("errors", `[${filter}]`, JSON.stringify(words));
        assert.deepEqual(found, [kind, kind === "damage", kind === "benign", false]);
      });
    }
  });
});

describe("explain-run.jq", function () {
  this.timeout(240_000);

  const retry = (reason: string) => `Stat(<config/>) returned error, retrying after 1.5s: ${reason}\n`;
  const denied = 'Head "https://h/config": tls: failed to verify certificate: x509: signed by unknown authority';

  it("names the last refusal when time ran out", async () => {
    const { cause, hint, kind, refusedAgain } = await explain(retry("other") + retry(denied), { ending: "timed-out" });
    assert.equal(cause, `no answer within 6 seconds (${denied})`);
    assert.match(hint, /certificate is not trusted/);
    assert.deepEqual([kind, refusedAgain], ["refused", "no"]);
  });

  it("takes the end that the watch made of the last try for no reason", async () => {
    const words = retry(denied) + retry("blob.GetProperties: context canceled");
    assert.equal((await explain(words, { ending: "timed-out" })).cause, `no answer within 6 seconds (${denied})`);
  });

  it("sees a refusal that comes again, and that time changes others", async () => {
    assert.equal((await explain(retry(denied) + retry(denied))).refusedAgain, "yes");
    const busy = retry("unexpected HTTP response (503): 503 Service Unavailable");
    assert.equal((await explain(busy + busy)).refusedAgain, "no");
    assert.equal((await explain(retry(denied) + busy)).refusedAgain, "no");
    const expired = (time: string) => retry(`x509: certificate has expired: current time ${time} is after then`);
    assert.equal((await explain(expired("01:02") + expired("01:03"))).refusedAgain, "yes");
  });

  it("explains what a run that ended well should not have said", async () => {
    const words =
      "unable to create cache directory /x, disabling cache: mkdir /x: no space left on device\n" +
      "Load(<snapshot/0123>, 0, 0) failed: unexpected HTTP response (403): 403 Forbidden\n" +
      'Ignoring "0123": failed to load snapshot 0123: unexpected HTTP response (403): 403 Forbidden\n' +
      retry("unexpected HTTP response (503): 503 Service Unavailable");
    const { cause, unclean, hint } = await explain(words, { status: "0" });
    assert.match(unclean, /^Load\(<snapshot.0123>/);
    assert.equal(cause, unclean);
    assert.match(hint, /^Access denied/);
  });

  it("takes no object for lost that another restic may have removed", async () => {
    const words = "Load(<index/0123>, 0, 0) failed: open /backup/index/0123: no such file or directory\n";
    assert.notEqual((await explain(words)).damage, "");
    const unlocked = await explain(words, { locked: "no" });
    assert.equal(unlocked.damage, "");
    assert.match(unlocked.hint, /Run this again/);
    const flipped = "LoadRaw(<index/0123>): invalid data returned\n";
    assert.notEqual((await explain(flipped, { locked: "no" })).damage, "");
  });

  it("has words for a run without words", async () => {
    assert.equal((await explain("", { status: "2" })).cause, "restic ended with code 2 and said nothing");
    const { cause, hint, shown } = await explain("", { ending: "timed-out", limit: "1" });
    assert.equal(cause, "no answer within 1 second");
    assert.match(hint, /cannot be reached/);
    assert.deepEqual(shown, []);
  });

  it("adds what ssh says, once, and not what Go makes of it", async () => {
    const words =
      "subprocess ssh: No ED25519 host key is known for backup and you have requested strict checking.\r\n" +
      "subprocess ssh: Host key verification failed.\r\n".repeat(2) +
      "Fatal: unable to open repository at sftp:backup:/jira: unable to start the sftp session, error: unexpected EOF\n";
    const { cause, hint } = await explain(words, { scheme: "sftp" });
    assert.match(cause, /session \(No ED25519 .* strict checking, Host key verification failed\)$/);
    assert.match(hint, /known_hosts has no key/);
  });

  it("opens what the last words sum up", async () => {
    const error = (message: string, item: string) =>
      `${JSON.stringify({ message_type: "error", error: { message }, during: "restore", item })}\n`;
    const sum = `${JSON.stringify({ message_type: "exit_error", code: 1, message: "Fatal: There were 2 errors" })}\n`;
    const refused = error("lchown /target/a: operation not permitted", "/a");
    const attributes = await explain(refused + error("mknod /target/b: operation not permitted", "/b") + sum);
    assert.equal(
      attributes.cause,
      "There were 2 errors (/a: lchown /target/a: operation not permitted)".replace("/a: ", ""),
    );
    assert.deepEqual([attributes.attributesOnly, attributes.attributes, attributes.kind], ["yes", "2", "attribute"]);
    assert.match(attributes.hint, /User 1000 may not do this/);

    const lost = error("lchown /target/a: no such file or directory", "/a");
    assert.equal((await explain(refused + lost + sum)).attributesOnly, "no");
    assert.equal((await explain(sum)).attributesOnly, "no");

    const damaged = await explain(
      refused + error("decrypting blob <data/0123> failed: ciphertext verification failed", "/c") + sum,
    );
    assert.match(damaged.damage, /ciphertext/);
    assert.match(damaged.cause, /There were 2 errors \(.*ciphertext/);
    assert.match(damaged.hint, /Keep all of the repository/);
    assert.equal(damaged.attributesOnly, "no");
  });

  it("believes restic's verdict only where nothing else explains it", async () => {
    const verdict =
      "\nThe repository is damaged and must be repaired. Please follow the guide.\n\nFatal: repository contains errors\n";
    assert.match(
      (await explain(`error: words that nobody knows yet\n${verdict}`)).damage,
      /^The repository is damaged/,
    );
    for (const trouble of [
      "error: error loading index 01234567: open /backup/index/0123: permission denied",
      "download error: unexpected HTTP response (503): 503 Service Unavailable",
      "Load(<data/0123>, 1, 2) failed: words that nobody knows yet",
      "check successful on second attempt, original error pack 0123 contains 1 errors: [unexpected pack id 4567]",
    ]) {
      assert.equal((await explain(`${trouble}\n${verdict}`)).damage, "", trouble);
    }
  });

  it("does not miss packs that could not be listed", async () => {
    const words = `List(data) failed: 403 Forbidden\npack ${"01".repeat(32)}: does not exist\nFatal: repository contains errors\n`;
    assert.equal((await explain(words)).damage, "");
    assert.match((await explain(words.replace(/^List.*\n/, ""))).damage, /does not exist/);
  });

  it("knows rclone's errors from the server's", async () => {
    const words = "Fatal: unexpected HTTP response (500): 500 Internal Server Error\n";
    assert.match((await explain(words, { scheme: "rclone" })).hint, /rclone\.conf/);
    assert.match((await explain(words, { scheme: "rest" })).hint, /error of its own/);
  });

  it("shows the first words and the last", async () => {
    const words = Array.from({ length: 50 }, (_, number) => `line ${number}\n`).join("");
    const { shown } = await explain(words);
    assert.deepEqual(
      [shown.length, shown[3], shown[4], shown[5], shown.at(-1)],
      [12, "  restic: line 3", "  …", "  restic: line 43", "  restic: line 49"],
    );
  });

  it("shortens damage, and keeps each result on one line", async () => {
    const { damage, cause } = await explain(`Fatal: ciphertext verification failed ${"x".repeat(400)}\n\r\nmore\n`);
    assert.equal(damage.length, 300);
    assert.equal(cause, `ciphertext verification failed ${"x".repeat(400)}`);
  });

  for (const [words, hint] of [
    ["ssh: No user exists for uid 2001", /ssh needs user 1000 in \/etc\/passwd/],
    ["HEAD https://a/b\n---\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthenticationFailed\n---", /Azure refuses/],
    [
      "HEAD https://a/b\n---\nRESPONSE 404: 404\nERROR CODE: ContainerNotFound\n---",
      /container does not exist: create/,
    ],
    ["unable to open Azure backend: Account name ($AZURE_ACCOUNT_NAME) is empty", /name of the storage account/],
    ['oauth2: cannot fetch token: 400\nResponse: {"error":"invalid_grant"}', /Google does not accept/],
    ["beSwift.createContainer: HTTP Error: 400", /container does not exist: create/],
    ["client.StatObject: The provided token has expired.", /session token has expired/],
    ["unable to open cache: mkdir /.cache: permission denied", /RESTIC_CACHE_DIR must be/],
    ["unexpected HTTP response (507): 507 Insufficient Storage", /storage is full/],
    ["Write: write /tmp/restic-temp-pack-1: no space left on device", /TMPDIR must be/],
    ["something that nobody has seen before", /lines above say more/],
  ] as const) {
    it(`explains: ${words.split("\n")[0]}`, async () => {
      assert.match((await explain(`Fatal: ${words}\n`)).hint, hint);
    });
  }
});
