import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { library } from "../../support/jq";

/**
 * jq 1.8.2 loads first what is included last. Of a module that is loaded after one that uses it, it drops what its
 * functions call, and then ends with "Unknown function type". Where a program includes all modules, each after those
 * that use it, everything is there, in any version.
 */
describe("the includes of a jq program", () => {
  const names = readdirSync(library)
    .filter((name) => name.endsWith(".jq"))
    .map((name) => name.slice(0, -3));
  const includes = new Map(names.map((name) => [name, includesOf(read(name))]));

  it("are looked for where they are", () => {
    assert.ok(names.length > 5);
    assert.ok([...includes.values()].some((modules) => modules.length > 5));
    for (const [name, modules] of includes) {
      for (const module of modules) {
        assert.ok(includes.has(module), `${name} includes ${module}, which is not there`);
      }
    }
  });

  const included = new Set([...includes.values()].flat());
  for (const name of names.filter((name) => !included.has(name) && includes.get(name)?.length !== 0)) {
    it(`are all in ${name}.jq, each after those that use it`, () => {
      const order = includes.get(name) as string[];
      for (const [index, module] of order.entries()) {
        for (const used of includes.get(module) as string[]) {
          if (!callsFunctions(read(used))) {
            continue;
          }
          assert.ok(order.includes(used), `${module} uses ${used}, which ${name} does not include`);
          assert.ok(order.lastIndexOf(used) > index, `${name} includes ${used} before ${module}, which uses it`);
        }
      }
    });
  }
});

function read(name: string): string {
  return readFileSync(join(library, `${name}.jq`), "utf8");
}

/** Whether functions of a module call others: of theirs, or of a module that it includes. Only then the order matters. */
function callsFunctions(module: string): boolean {
  const code = module.replaceAll(/#.*$/gm, "");
  const functions = [...code.matchAll(/^def (\w+)/gm)].map((match) => match[1]);
  return (
    includesOf(module).length > 0 ||
    functions.some((name) => new RegExp(`(?<![$.\\w"]|def )${name}(?![\\w"])`).test(code))
  );
}

function includesOf(program: string): string[] {
  return [...program.matchAll(/^include "([a-z0-9-]+)";/gm)].map((match) => match[1] as string);
}
