import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { containerScripts, scriptItems } from "../components/container-scripts";
import { root } from "./support/readme";

const data = containerScripts();
const items = scriptItems() as { key: string; path: string; mode: number }[];
const paths = items.map(({ path }) => path);

describe("containerScripts", () => {
  it("has keys that a ConfigMap takes, each for one file", () => {
    // https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object
    assert.deepEqual(
      Object.keys(data).filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key)),
      [],
    );
    assert.deepEqual(
      items.map(({ key }) => key),
      Object.keys(data),
    );
    assert.equal(new Set(Object.keys(data)).size, paths.length);
  });

  it("has every file as it is", () => {
    for (const { key, path } of items) {
      assert.equal(data[key], readFileSync(join(root, "scripts", path), "utf8"), path);
    }
  });

  it("fits into a ConfigMap, which holds at most 1 MiB", () => {
    // https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/apis/core/validation/validation.go, ValidateConfigMap
    const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    assert.ok(bytes > 50_000 && bytes < 2 ** 20, `${bytes}`);
  });
});

describe("scriptItems", () => {
  it("shows what an operator types, and one directory", () => {
    assert.deepEqual(
      [...new Set(paths.map((path) => path.split("/")[0]))],
      ["backup.sh", "check.sh", "init.sh", "lib", "prune.sh", "restore-shell.sh", "restore.sh", "run-step.sh"],
    );
    assert.ok(
      paths.some((path) => /^lib\/[^/]+\.sh$/.test(path)) && paths.some((path) => /^lib\/[^/]+\.jq$/.test(path)),
    );
  });

  it("makes programs of those alone: the parts are read", () => {
    for (const { path, mode } of items) {
      assert.equal(mode, path.startsWith("lib/") ? 0o444 : 0o555, path);
      assert.equal(/^#!/.test(data[path] ?? ""), !path.startsWith("lib/"), path);
    }
  });

  it("puts each part where the scripts look for it", () => {
    const text = Object.values(data).join("\n");
    const wanted = [
      ...[...text.matchAll(/"\$here\/(lib\/[-a-z]+\.[a-z]+)"/g)].map(([, path = ""]) => path),
      ...[...text.matchAll(/\brun_jq ([a-z][-a-z]*)/g)].map(([, name]) => `lib/${name}.jq`),
      ...[...text.matchAll(/^(?:include|import) "([-a-z]+)"/gm)].map(([, name]) => `lib/${name}.jq`),
    ];
    assert.ok(wanted.length > 10);
    assert.deepEqual(
      [...new Set(wanted)].filter((path) => !paths.includes(path)),
      [],
    );
  });
});
