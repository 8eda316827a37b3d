import { join } from "node:path";
import { execa } from "execa";
import { imageProgram } from "../programs";

const lib = join(__dirname, "..", "..", "..", "scripts", "lib");

/**
 * The one value that a program of `scripts/lib` makes, run as the scripts run it: `jq("report", value, ["--arg", …])`.
 * A string is the very text that jq reads, for lists of values and for `--raw-input`; anything else becomes JSON.
 */
export async function jq(program: string, input: unknown, args: readonly string[] = []): Promise<unknown> {
  return JSON.parse(await jqText(program, input, args));
}

/** What a program prints: for `--raw-output`, or for another number of values than one. */
export function jqText(program: string, input: unknown, args: readonly string[] = []): Promise<string> {
  return run(["-f", join(lib, `${program}.jq`), ...args], input);
}

/** The one value of a filter that uses the functions of a module: `jqOf("moments", "moment_of", value)`. */
export async function jqOf(
  module: string,
  filter: string,
  input: unknown,
  args: readonly string[] = [],
): Promise<unknown> {
  return JSON.parse(await run([...args, `include "${module}"; ${filter}`], input));
}

async function run(words: readonly string[], input: unknown): Promise<string> {
  const { stdout } = await execa(await imageProgram("jq"), ["-L", lib, "--compact-output", ...words], {
    input: typeof input === "string" ? input : JSON.stringify(input),
    env: { TZ: "Europe/Berlin" },
  });
  return stdout;
}
