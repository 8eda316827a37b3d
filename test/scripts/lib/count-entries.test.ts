import assert from "node:assert/strict";
import { runRaw } from "../../support/raw-jq";

const count = (...nodes: object[]) =>
  runRaw("count-entries", "-rn", [{ struct_type: "snapshot" }, ...nodes].map((one) => JSON.stringify(one)).join("\n"));
const dir = (path: string) => ({ type: "dir", path });

describe("count-entries.jq", () => {
  it("counts files, bytes and directories, and names the empty ones", async () => {
    const file = { type: "file", path: "/a/b/f", size: 5 };
    const nodes = [dir("/a"), dir("/a/b"), file, { ...file, size: 7 }, dir("/a/c"), dir('/a/c"\n'), dir("/a2")];
    assert.equal(await count(...nodes), '"/a/c"\n"/a/c\\"\\n"\n"/a2"\n2 12 5');
    assert.equal(await count(dir("/a"), { type: "symlink", path: "/a/l" }), "0 0 1");
    assert.equal(await count(), "0 0 0");
  });

  it("of which those count that another snapshot does not hold as empty ones", async () => {
    const made = (empty: string, known: string) => runRaw("made-empty", "-rn", "", { empty, known });
    assert.equal(await made('"/a"\n"/b\\n"\n1 1 2', ""), "2 empty directories, for example /a");
    assert.equal(await made('"/a"\n"/b\\n"\n1 1 2', '"/a"\n9 9 9'), "1 empty directory, for example /b ");
    assert.equal(await made('"/a"\n1 1 2', '"/c"\n"/a"\n9 9 9'), "");
    assert.equal(await made("1 1 2", ""), "");
  });
});
