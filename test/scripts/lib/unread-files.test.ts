import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const error = (item: string, message: string, during = "archival") =>
  JSON.stringify({ message_type: "error", error: { message }, during, item });

const object = error(
  "/",
  `tree ${"0".repeat(64)} could not be loaded; the repository could be damaged: ReadFull(<data/0123>): denied`,
);
const objectTold = `tree ${"0".repeat(64)} could not be loaded; the repository could be damaged: ReadFull(<data/0123>): denied`;

const cases: readonly [string, string[], string][] = [
  [
    "one",
    [error("/a", "open /a: permission denied"), "Warning: at least one source file could not be read"],
    "1 file or directory could not be read, for example: open /a: permission denied",
  ],
  [
    "what is said twice of one",
    [error("/a", "open /a: permission denied", "scan"), error("/a", "open /a: permission denied")],
    "1 file or directory could not be read, for example: open /a: permission denied",
  ],
  [
    "several",
    [error("/b", "input/output error"), error("/a\nb", "open: permission denied")],
    "2 files or directories could not be read, for example: /a b: open: permission denied",
  ],
  ["nothing by name", ["Warning: at least one source file could not be read"], "some files could not be read"],
  ["an object of the repository, of which no file is missing", [object], `\n${objectTold}`],
  [
    "such an object beside a file",
    [object, error("/ReadFull(", "open /ReadFull(: permission denied")],
    `1 file or directory could not be read, for example: open /ReadFull(: permission denied\n${objectTold}`,
  ],
  ["nothing", [], "some files could not be read"],
];

describe("unread-files.jq", () => {
  for (const [title, lines, told] of cases) {
    it(`tells ${title}`, async () => {
      assert.equal(
        await jqText("unread-files", lines.map((line) => `${line}\n`).join(""), ["-Rrs"]),
        told.includes("\n") ? told : `${told}\n`,
      );
    });
  }

  it("shows no more of a long name than a report holds", async () => {
    const long = await jqText("unread-files", error(`/${"x".repeat(4000)}`, "denied"), ["-Rrs"]);
    assert.ok(long.length < 500, long);
  });
});
