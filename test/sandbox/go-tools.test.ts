import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderOf, type GoTools } from "../../sandbox/go-tools";

describe("the folder of built programs", () => {
  const group: GoTools = { module: "etcd", programs: { etcd: "go.etcd.io/etcd/server/v3" }, duration: "" };
  const source = mkdtempSync(join(tmpdir(), "go-tools-test-"));
  beforeEach(() => cpSync(join(__dirname, "../../sandbox/go/etcd"), source, { recursive: true }));
  after(() => rmSync(source, { recursive: true }));

  it("is the same in every checkout", async () => {
    assert.equal(await folderOf(group, source), await folderOf(group));
  });

  for (const file of ["go.mod", "go.sum"]) {
    it(`is another one when ${file} changes`, async () => {
      appendFileSync(join(source, file), "\n");
      assert.notEqual(await folderOf(group, source), await folderOf(group));
    });
  }

  it("is another one when the flags change", async () => {
    assert.notEqual(await folderOf({ ...group, optimised: true }), await folderOf(group));
    assert.notEqual(await folderOf({ ...group, variables: { "main.version": "1" } }), await folderOf(group));
  });
});
