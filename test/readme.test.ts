import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { backends, kinds } from "../components/backends";
import { settingsProblems } from "../components/settings";
import { unchecked } from "./support/args";
import { readmeBlocks, root } from "./support/readme";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** What it says about the code; `e2e/readme.test.ts` runs its commands. */
describe("README", function () {
  this.timeout(240_000);

  it("has an example for other stacks that compiles", () => {
    const [example] = readmeBlocks("ts");
    assert.ok(example);
    const file = join(root, "readme-example.ts");
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      paths: { "restic-backup": [join(root, "components", "index.ts")] },
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.fileExists = (name) => name === file || fileExists(name);
    host.readFile = (name) => (name === file ? example.code : readFile(name));
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, example.code, ...([rest[0]] as const)) : getSourceFile(name, ...rest);
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
    assert.deepEqual(
      diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
      [],
    );
  });

  it("lists every key of the configuration, and no other", () => {
    const [unknown] = settingsProblems("backup", unchecked({ nonsense: 1 }));
    const known = unknown?.reason.replace(/^.*known here are /, "").split(", ") ?? [];
    const table = readme.slice(readme.indexOf("| key | default |"), readme.indexOf("| what you change |"));
    const listed = [...table.matchAll(/^\| `([a-zA-Z]+)/gm)].map(([, key]) => key);
    assert.deepEqual([...new Set(listed)].sort(), known.sort());
  });

  it("names every property of every storage, and no other", () => {
    const section = readme.slice(readme.indexOf("### Storage"), readme.indexOf("## Operating it"));
    for (const kind of kinds) {
      const row = section.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`));
      assert.ok(row, kind);
      const named = [...row.replace(/\([^)]*\)/g, "").matchAll(/`([a-zA-Z0-9]+)`/g)].map(([, name]) => name);
      const known = Object.keys(backends[kind].schema.shape).filter((name) => name !== "tls");
      assert.deepEqual([...new Set(named)].sort(), [kind, ...known].sort(), kind);
    }
  });

  it("links to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path ?? "");
    assert.ok(links.length > 0);
    assert.deepEqual(
      links.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  it("names npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...readme.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name ?? "");
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});
