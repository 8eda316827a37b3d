import { join } from "node:path";
import { execa } from "execa";
import { imageProgram } from "../scripts/programs";

type Arguments = Readonly<Record<string, unknown>>;

/** Where the scripts keep their jq modules and programs. */
export const library = join(__dirname, "../../scripts/lib");

/**
 * Evaluates an expression with modules of the scripts, in the order in which their programs name them: a module after
 * those that use it. Arguments become variables. Returns the one value that it makes.
 */
export async function evaluate(
  modules: readonly string[],
  expression: string,
  input: unknown,
  args: Arguments = {},
): Promise<unknown> {
  const program = `${modules.map((name) => `include "${name}"; `).join("")}${expression}`;
  return JSON.parse(await run(["-c", ...asOptions(args), program], JSON.stringify(input)));
}

/** Runs a program of the scripts as they run it, on the text that it reads. Returns the lines that it prints. */
export async function runProgram(name: string, input: string, args: Arguments = {}): Promise<string[]> {
  return (await run(["-rn", ...asOptions(args), "-f", join(library, `${name}.jq`)], input)).split("\n");
}

/** A text is passed as --arg, anything else as --argjson. */
function asOptions(args: Arguments): string[] {
  return Object.entries(args).flatMap(([name, value]) =>
    typeof value === "string" ? ["--arg", name, value] : ["--argjson", name, JSON.stringify(value)],
  );
}

async function run(args: readonly string[], input: string): Promise<string> {
  // The zone of the pods must not matter.
  const options = { input, env: { TZ: "Europe/Berlin" }, maxBuffer: 2 ** 30 };
  return (await execa(await imageProgram("jq"), ["-L", library, ...args], options)).stdout;
}
