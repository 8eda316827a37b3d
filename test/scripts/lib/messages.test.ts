import assert from "node:assert/strict";
import { jqOf } from "./run-jq";

interface Message {
  readonly text: string;
  readonly item: string;
  readonly during: string;
  readonly unnamed: string;
}

async function messages(text: string): Promise<Message[]> {
  return (await jqOf("messages", "messages", text, ["--raw-input", "--slurp"])) as Message[];
}

const json = (message: string, item = "", during = "archival") =>
  JSON.stringify({ message_type: "error", error: { message }, during, item });
const exit = (message: string) => JSON.stringify({ message_type: "exit_error", code: 1, message });

describe("messages.jq", function () {
  this.timeout(240_000);

  it("reads plain lines and JSON lines", async () => {
    const text = `Fatal: no.\n\n  indented\tand  wide \n${json("open /a: permission denied", "/a", "scan")}\n${exit("Fatal: twice\nbroken")}\n`;
    assert.deepEqual(await messages(text), [
      { text: "Fatal: no", item: "", during: "", unnamed: "Fatal: no" },
      { text: "indented and wide", item: "", during: "", unnamed: "indented and wide" },
      { text: "open /a: permission denied", item: "/a", during: "scan", unnamed: "open : permission denied" },
      { text: "Fatal: twice broken", item: "", during: "", unnamed: "Fatal: twice broken" },
    ]);
  });

  it("reads nothing where nothing is said", async () => {
    assert.deepEqual(await messages(""), []);
    assert.deepEqual(await messages(`\n \n${"-".repeat(80)}\n{"message_type":"status"}\n`), []);
  });

  it("takes what only looks like JSON for words", async () => {
    const texts = ["{broken", "123", "null", '"quoted"', "[1]"];
    assert.deepEqual(
      (await messages(texts.join("\n"))).map(({ text }) => text),
      texts,
    );
  });

  it("names the file where the words do not", async () => {
    const [first] = await messages(json("hash mismatch", "/a/b"));
    assert.equal(first?.text, "/a/b: hash mismatch");
    assert.equal(first?.unnamed, "hash mismatch");
  });

  for (const [what, said, shown] of [
    [
      "a stack trace",
      "no snapshot found\nmain.init\n\t/src/cmd_forget.go:67\nruntime.goexit\n\truntime/asm_amd64.s:1",
      "no snapshot found",
    ],
    [
      "the trace between two words",
      "open /x: denied\ngithub.com/restic/restic/internal/a.(*B).C\n\tgithub.com/restic/restic@v0.19.1/a.go:1\nReadFull(<data/ab>)\nmain.x\n\t/x.go:1",
      "open /x: denied ReadFull(<data/ab>)",
    ],
    ["a query, which may hold a signature", 'Head "https://h/b?se=1&sig=s3cret": no', 'Head "https://h/b?…": no'],
    ["a password in an address", 'Get "https://u:pa:ss@h:8000/x": no', 'Get "https://u:***@h:8000/x": no'],
    ["a password with a slash", "rest:https://user:pa/ss@host/ is wrong", "rest:https://user:***@host/ is wrong"],
    ["a colon after the scheme", "rest:https:user:pass@host/ is wrong", "rest:https:user:***@host/ is wrong"],
    ["dots at the end", "No such thing. . .", "No such thing"],
    ["rulers", `a\n${"-".repeat(80)}\nb`, "a b"],
  ] as const) {
    it(`leaves out ${what}, be it JSON or not`, async () => {
      assert.deepEqual(
        (await messages(exit(said))).map(({ text }) => text),
        [shown],
      );
      const plain = (await messages(said)).map(({ text }) => text).join(" ");
      assert.equal(plain, shown);
    });
  }

  for (const address of [
    "sftp://jira@host:2222//backup",
    "rest:http://host:8000/jira/",
    "s3:https://host:9000/a/b@c",
  ]) {
    it(`leaves ${address} as it is`, async () => {
      assert.equal((await messages(`Fatal: ${address} x`))[0]?.text, `Fatal: ${address} x`);
    });
  }

  it("shows no more than 1,000 characters", async () => {
    assert.equal((await messages("ä".repeat(5000)))[0]?.text.length, 1000);
  });

  it("shows no secret of the environment", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "s3cret+key\n";
    try {
      const [first] = await messages('invalid header "AWS4 s3cret+key"');
      assert.equal(first?.text, 'invalid header "AWS4 ***"');
      assert.equal(first?.unnamed, first?.text);
    } finally {
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it("joins an answer of several lines", async () => {
    const text = `HEAD https://a/b\n${"-".repeat(80)}\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthenticationFailed\n${"-".repeat(80)}\n`;
    assert.deepEqual(
      (await messages(text)).map(({ text }) => text),
      ["HEAD https://a/b, RESPONSE 403: 403 Forbidden, ERROR CODE: AuthenticationFailed"],
    );
  });

  describe("without names", () => {
    const sign = "x: hash mismatch: ciphertext verification failed";
    for (const [said, item] of [
      [`open /source/${sign}: permission denied`, `/source/${sign}`],
      [`openfile for readdirnames failed: open /source/${sign}: permission denied`, `/source/${sign}`],
      [`failed to save /source/${sign}: read /source/${sign}: input/output error`, `/source/${sign}`],
      [`lchown /target/${sign}: operation not permitted`, `/${sign}`],
      [`xattr.LSet /target/${sign} user.${sign}: operation not permitted`, `/${sign}`],
      [
        `incomplete metadata for /source/${sign}: xattr.list /source/${sign}: no such file or directory`,
        `/source/${sign}`,
      ],
      [
        `can not obtain extended attribute user.x for /source/${sign}: xattr.get /source/${sign} user.x: no\n`,
        `/source/${sign}`,
      ],
      [`failed to restore timestamp of "/target/${sign}": operation not permitted`, `/${sign}`],
      [`Invalid file size for /target/${sign}: expected 1, got 2`, `/target/${sign}`],
      [`directory ${JSON.stringify(`/${sign}`)} changed type, refusing to archive`, `/${sign}`],
      [`file ${JSON.stringify(`/a "quoted" ${sign}`)} changed type, refusing to archive`, ""],
      [`  tree 0123: file ${JSON.stringify(`\n${sign}\\`)} blob 4567 not found`, ""],
      [`  tree 0123: node ${JSON.stringify(sign)} with invalid type "strange"`, ""],
      [`Load(<data/0123>, 0, 0) failed: open /backup/${sign}/data/01/0123: permission denied`, ""],
      [`path source/${sign}: not found`, ""],
      [`path source/${sign}: id 0123 not found`, ""],
      [`a line\nend: open /source/new\nline ${sign}: permission denied`, `/source/new\nline ${sign}`],
    ] as const) {
      it(said.slice(0, 70), async () => {
        const [message] = await messages(json(said, item));
        assert.doesNotMatch(message?.unnamed ?? "", /mismatch|ciphertext/);
        assert.match(message?.text ?? "", /mismatch/);
      });
    }

    it("keeps what is no name", async () => {
      for (const said of [
        "LoadRaw(<index/0123>): invalid data returned",
        "config or key 0123 is damaged: ciphertext verification failed",
        'exec: "rclone": executable file not found in $PATH',
        "path: ReadFull(<data/0123>): file is too short",
        "write restic-temp-pack-: no space left on device",
      ]) {
        assert.equal((await messages(said))[0]?.unnamed, said);
      }
    });
  });

  it("reads the words of a hundred thousand files", async function () {
    this.timeout(240_000);
    const lines = Array.from({ length: 100_000 }, (_, n) =>
      json(`open /source/${n}: permission denied`, `/source/${n}`),
    );
    const filter = "messages | [length, (map(.unnamed) | unique)]";
    const counted = await jqOf("messages", filter, lines.join("\n"), ["--raw-input", "--slurp"]);
    assert.deepEqual(counted, [100_000, ["open : permission denied"]]);
  });
});
