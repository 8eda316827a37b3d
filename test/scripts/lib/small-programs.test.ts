import assert from "node:assert/strict";
import { evaluate } from "../../support/jq";
import { jq, jqText } from "./run-jq";

const report = {
  snapshot: "",
  files: "",
  bytes: "",
  bytesAdded: "",
  retention: "",
  part: "",
  parts: "",
  freed: "",
  repositoryId: "",
  warning: "",
  message: "All is well, and this says it.",
  command: "check",
};

function makeReport(fields: Partial<typeof report>, code = 0, limit = 4096): Promise<unknown> {
  const texts = Object.entries({ ...report, ...fields }).flatMap(([name, value]) => ["--arg", name, value]);
  const numbers = ["--argjson", "limit", `${limit}`, "--argjson", "code", `${code}`, "--argjson", "seconds", "3"];
  return jq("report", "", ["-n", ...numbers, ...texts]);
}

describe("a text as a tag", () => {
  for (const [text, word] of [
    ["/var/jira/export", "/var/jira/export"],
    ["host-1.example", "host-1.example"],
    ["/a, b/", "/a%2C%20b/"],
    ["/100%/ü", "/100%25/%C3%BC"],
  ] as const) {
    it(`has nothing at which restic would split it: ${text}`, async () => {
      assert.equal(await jqText("tag-word", "", ["-rn", "--arg", "value", text]), word);
    });
  }
});

describe("report", () => {
  it("holds what is known, in its type, and nothing that is not", async () => {
    assert.deepEqual(await makeReport({ files: "3", bytes: "123456789012", part: "1", parts: "7" }), {
      command: "check",
      result: "success",
      exitCode: 0,
      files: 3,
      bytes: 123456789012,
      part: 1,
      parts: 7,
      seconds: 3,
      message: report.message,
    });
  });

  for (const [code, result] of [
    [0, "success"],
    [1, "failure"],
    [3, "partial"],
    [4, "partial"],
    [67, "failure"],
  ] as const) {
    it(`calls ${code} ${result}`, async () => {
      assert.equal(((await makeReport({}, code)) as { result: string }).result, result);
    });
  }

  for (const field of ["message", "warning"] as const) {
    it(`shortens the ${field} until all of it fits, in bytes`, async () => {
      const made = (await makeReport({ [field]: "é".repeat(5000) })) as typeof report;
      assert.ok(Buffer.byteLength(JSON.stringify(made)) < 4096);
      assert.ok(Buffer.byteLength(JSON.stringify(made)) > 3500);
      assert.ok(made[field].endsWith("…"));
      assert.equal(field === "message" ? made.warning : made.message, field === "message" ? undefined : report.message);
    });
  }
});

describe("progress", () => {
  for (const [line, shown] of [
    ['{"message_type":"status","percent_done":0.5,"bytes_done":1048576,"total_bytes":2097152}', "50 %, 1 MiB of 2 MiB"],
    [
      '{"message_type":"status","percent_done":0.999,"bytes_restored":3000000,"total_bytes":4000000}',
      "99 %, 2 MiB of 3 MiB",
    ],
    ['{"message_type":"status"}', "0 %, 0 MiB of 0 MiB"],
    ['{"message_type":"status","percent_done":0.', ""],
    ['{"message_type":"summary","files_new":3}', ""],
    ["[1,2]", ""],
    ["", ""],
  ] as const) {
    it(`reads ${line.slice(0, 50) || "nothing"}`, async () => {
      assert.equal(await jqText("progress", line, ["-Rrn"]), shown);
    });
  }
});

describe("latest-message", () => {
  for (const [line, shown] of [
    ['{"message_type":"error","error":{"message":"no such file"},"item":"/a"}', "/a: no such file"],
    [
      "Load(<config/0000000000>) returned error, retrying after 1s: connection refused",
      "Load(<config/0000000000>) returned error, retrying after 1s: connection refused",
    ],
    ["", ""],
  ] as const) {
    it(`reads ${line.slice(0, 40) || "nothing"}`, async () => {
      assert.equal(await jqText("latest-message", line, ["-Rrs"]), shown);
    });
  }
});

describe("keys", () => {
  it("names the newest time and all keys", async () => {
    const keys = [
      { id: "aa", created: "2026-11-27 05:00:00" },
      { id: "bb", created: "2026-11-27 05:00:01" },
    ];
    assert.equal(await jqText("keys", keys, ["-r"]), "2026-11-27 05:00:01\naa bb");
    assert.equal(await jqText("keys", [], ["-r"]), "\n");
  });
});

describe("misfit", () => {
  it("names the key that does not fit, and none where restic says something else", async () => {
    const words = "Fatal: config or key 0123456789abcdef is damaged: ciphertext verification failed\n";
    assert.equal(await jqText("misfit", words, ["-Rrs"]), "0123456789abcdef");
    assert.equal(await jqText("misfit", "Fatal: dial tcp: connection refused\n", ["-Rrs"]), "");
  });
});

describe("field", () => {
  it("is empty where there is none", async () => {
    assert.equal(await jqText("field", { id: "aa" }, ["-r", "--arg", "name", "id"]), "aa");
    assert.equal(await jqText("field", {}, ["-r", "--arg", "name", "id"]), "");
  });
});

describe("text", () => {
  it("gives back what it gets", async () => {
    assert.equal(await jqText("text", null, ["-rn", "--arg", "value", "/é/ü\u{10ffff}"]), "/é/ü\u{10ffff}");
  });
});

describe("words", () => {
  for (const [bytes, shown] of [
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [20 * 1024 ** 2, "20.0 MiB"],
    [1024 ** 4 * 2048, "2048.0 TiB"],
  ] as const) {
    it(`write ${bytes} bytes as ${shown}`, async () => {
      assert.equal(await evaluate(["words"], "human_bytes", bytes), shown);
    });
  }

  it("write one file and two files", async () => {
    assert.deepEqual(await evaluate(["words"], 'map(counted("file"; "files"))', [0, 1, 2]), [
      "0 files",
      "1 file",
      "2 files",
    ]);
  });
});
