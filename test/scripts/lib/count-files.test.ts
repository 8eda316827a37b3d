import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const file = (path: string, size?: number) => ({ type: "file", path, size });

const cases: readonly [title: string, entries: object[], counts: string][] = [
  [
    "files only",
    [{ struct_type: "snapshot" }, { type: "dir", path: "/a", size: 9 }, { type: "symlink" }, file("/a/b", 3)],
    "1 3",
  ],
  ["empty files", [file("/a/b"), file("/a/c", 0)], "2 0"],
  ["large ones", [file("/a/b", 2 ** 45), file("/a/c", 5)], `2 ${2 ** 45 + 5}`],
  ["nothing", [], "0 0"],
  ["what lies in the main path", [file("/a/b", 3), file("/ab", 5), file("/d/a/b", 7)], "1 3"],
];

/** Further paths, and those of which nothing is found. */
const further: readonly [paths: string[], entries: object[], empty: string[]][] = [
  [["/d"], [file("/d/e")], []],
  [["/d"], [{ type: "dir", path: "/d" }], ["/d"]],
  [["/d", "/e e"], [file("/de"), file("/e e")], ["/d"]],
  [["/a/b", "/d"], [file("/a/b/c")], ["/d"]],
];

describe("count-files.jq", () => {
  for (const [title, entries, counts] of cases) {
    it(`counts ${title}`, async () => assert.equal(await counted(entries, []), counts));
  }

  for (const [paths, entries, empty] of further) {
    it(`finds no file of ${empty} among ${paths}`, async () => {
      assert.deepEqual((await counted(entries, paths)).split("\n").slice(1), empty);
    });
  }
});

async function counted(entries: readonly object[], paths: readonly string[]): Promise<string> {
  const lines = entries.map((entry) => JSON.stringify(entry)).join("\n");
  return jqText("count-files", lines, ["-rn", "--arg", "path", "/a", "--arg", "further", `${paths.join("\n")}\n`]);
}
