import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const scripts = join(__dirname, "..", "..", "scripts");
const commands = ["init.sh", "backup.sh", "check.sh", "prune.sh", "restore.sh", "restore-shell.sh", "run-step.sh"];
const library = readdirSync(join(scripts, "lib")).filter((name) => name.endsWith(".sh"));

/** A stranger reads the files from the first to the last without going back: each uses only what stands above it. */
describe("the scripts", () => {
  it("are the seven commands that an operator types, and a library", () => {
    const names = readdirSync(scripts).filter((name) => name !== "lib");
    assert.deepEqual(names.sort(), [...commands].sort());
  });

  it("are short", () => {
    for (const name of [...commands, ...readdirSync(join(scripts, "lib")).map((file) => join("lib", file))]) {
      assert.ok(read(name).split("\n").length <= 151, `${name} has more than 150 lines`);
    }
  });

  it("define each function once", () => {
    const seen = new Map<string, string>();
    for (const name of library) {
      for (const defined of functionsOf(join("lib", name))) {
        assert.equal(seen.get(defined), undefined, `${defined} is in ${name} and in ${seen.get(defined)}`);
        seen.set(defined, name);
      }
    }
  });

  it("are all read by a command", () => {
    const used = new Set(commands.flatMap((command) => readingOrder(command)));
    assert.deepEqual(
      library.filter((name) => !used.has(name)),
      [],
    );
  });

  for (const command of commands) {
    it(`use in ${command} only what stands above`, () => {
      const above = new Set<string>();
      const order = readingOrder(command);
      const all = new Set(order.flatMap((name) => functionsOf(join("lib", name))));
      for (const name of order) {
        const own = functionsOf(join("lib", name));
        for (const called of callsOf(join("lib", name), all)) {
          assert.ok(above.has(called) || own.includes(called), `${name} uses ${called}, which stands below it`);
        }
        for (const defined of own) {
          above.add(defined);
        }
      }
    });
  }
});

function read(name: string): string {
  return readFileSync(join(scripts, name), "utf8");
}

/** The files of the library in the order in which a command reads them; one that reads others comes after these. */
function readingOrder(command: string): string[] {
  return [...read(command).matchAll(/^\. "\$here\/lib\/([a-z-]+\.sh)"$/gm)].flatMap(([, name = ""]) => [
    ...readingOrder(join("lib", name)),
    name,
  ]);
}

function functionsOf(name: string): string[] {
  return [...read(name).matchAll(/^([a-z_]+)\(\) [({]$/gm)].map((match) => match[1] as string);
}

/** Names of functions outside of comments and of text; names of one word stand in too many texts. */
function callsOf(name: string, functions: ReadonlySet<string>): string[] {
  const code = read(name)
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/"(?:[^"\\$]|\\.|\$(?!\())*"/g, '""');
  return [...functions].filter(
    (word) => word.includes("_") && new RegExp(`(?<![\\w$./{-])${word}(?![\\w/.-])`).test(code),
  );
}
