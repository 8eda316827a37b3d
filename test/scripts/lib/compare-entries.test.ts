import assert from "node:assert/strict";
import { runRaw } from "../../support/raw-jq";
import type { Node } from "./nodes";
import { counted, manifest, special } from "./nodes";

describe("compare-entries.jq", () => {
  it("takes for equal what is equal, whatever its type, mode and owner are", async () => {
    const nodes: Node[] = [
      { type: "dir", mode: 0o755 + special.sticky + special.setgid, uid: 3, gid: 4 },
      { type: "file", mode: 0o755 + special.setuid, size: 9 },
      { type: "symlink", mode: 0o755 },
      { type: "fifo", mode: 0o600 },
      { type: "dev", mode: 0o600 },
      { type: "chardev", mode: 0o666 },
    ];
    const found = ["43ed+".replace("+", ""), "89ed", "a1ff", "1180", "6180", "21b6"];
    const lines = found.map((kind, index) => `${kind} ${index === 0 ? "3 4" : "0 0"} ${index === 1 ? 9 : 60} ${index}`);
    // 43ed is 1755; this directory has 2000 too.
    lines[0] = (lines[0] as string).replace("43ed", "47ed");
    assert.deepEqual(await compare(nodes, lines), ["1", "9", "", "0", "0"]);
  });

  it("says what is missing of the contents", async () => {
    const nodes: Node[] = [
      { type: "dir", mode: 0o755 },
      { type: "file", mode: 0o644, size: 5 },
      { type: "file", mode: 0o644, size: 6 },
    ];
    const both =
      "1 file should be there, and 0 are; 1 directory should be there, and 0 are; the files should hold 5 bytes, and hold 0";
    assert.equal((await compare(nodes.slice(0, 2), []))[2], both);
    assert.match(
      (await compare(nodes, ["41ed 0 0 60 1", "81a4 0 0 11 2"]))[2] ?? "",
      /^2 files should be there, and 1 are$/,
    );
    assert.match(
      (await compare(nodes, ["41ed 0 0 60 1", "81a4 0 0 5 2", "81a4 0 0 5 3"]))[2] ?? "",
      /^the files should hold 11 bytes, and hold 10$/,
    );
    assert.match((await compare([], ["81a4 0 0 0 2"]))[2] ?? "", /^0 files should be there, and 1 are$/);
  });

  it("counts links and special files that are missing, but no sockets", async () => {
    const nodes: Node[] = [
      { type: "file", mode: 0o644 },
      { type: "chardev", mode: 0o600 },
      { type: "symlink", mode: 0o777 },
      { type: "symlink", mode: 0o777 },
      { type: "socket", mode: 0o755 },
    ];
    const lines = ["81a4 0 0 0 1", "a1ff 0 0 3 2"];
    assert.deepEqual(await compare(nodes, lines), [
      "1",
      "0",
      "",
      "2",
      "0",
      "  in the snapshot: 1 chardev of mode 600, owner 0:0",
      "  in the snapshot: 1 link of mode 777, owner 0:0",
    ]);
  });

  it("counts and shows what has another mode or owner", async () => {
    const nodes: Node[] = [
      { type: "dir", mode: 0o775 + special.setgid, uid: 1, gid: 2 },
      { type: "dir", mode: 0o775 + special.setgid, uid: 1, gid: 2 },
      { type: "file", mode: 0o644, uid: 1, gid: 2 },
    ];
    const lines = ["41fd 1 2 60 1", "41fd 1 2 60 2", "81a4 0 0 0 3"];
    assert.deepEqual((await compare(nodes, lines)).slice(3), [
      "0",
      "3",
      "  in the snapshot: 2 directories of mode 2775, owner 1:2",
      "  in the snapshot: 1 file of mode 644, owner 1:2",
      "  restored as: 2 directories of mode 775, owner 1:2",
      "  restored as: 1 file of mode 644, owner 0:0",
    ]);
  });

  it("takes what was opened to its owner for what it was", async () => {
    const nodes: Node[] = [
      { type: "dir", mode: 0 },
      { type: "dir", mode: 0o555 },
      { type: "file", mode: 0 },
      { type: "file", mode: 0o011 },
      { type: "file", mode: 0o444 },
      { type: "file", mode: 0o744 },
    ];
    const lines = ["41c0 0 0 0 1", "41ed 0 0 0 2", "8180 0 0 0 3", "81c9 0 0 0 4", "81a4 0 0 0 5", "81e4 0 0 0 6"];
    assert.deepEqual((await compare(nodes, lines, "yes")).slice(3), ["0", "0"]);
    assert.notEqual((await compare(nodes, lines))[4], "0");
    assert.deepEqual((await compare(nodes, ["41c0 7 0 0 1", ...lines.slice(1)], "yes")).slice(4), [
      "1",
      "  in the snapshot: 1 directory, owner 0:0",
      "  restored as: 1 directory, owner 7:0",
    ]);
  });

  it("shows no more than a screen of differences", async () => {
    const nodes = Array.from({ length: 30 }, (_, uid): Node => ({ type: "file", mode: 0o600, uid: uid + 1 }));
    const lines = await compare(
      nodes,
      nodes.map((_, inode) => `8180 0 0 0 ${inode}`),
    );
    assert.equal(lines[4], "30");
    assert.equal(lines.filter((line) => line.startsWith("  in the snapshot")).length, 11);
    assert.equal(lines.at(-1), "  restored as: 30 files of mode 600, owner 0:0");
  });
});

async function compare(nodes: readonly Node[], found: readonly string[], opened = ""): Promise<string[]> {
  const wanted = nodes.length === 0 ? "" : await counted(await manifest(nodes));
  return (await runRaw("compare-entries", "-rn", "", { wanted, found: await counted(found), opened })).split("\n");
}
