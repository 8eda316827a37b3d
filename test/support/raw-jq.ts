import { execa } from "execa";
import { imageProgram } from "../scripts/programs";
import { library } from "./jq";

/** Runs a program of the scripts on text that is no JSON, with the options that the scripts call it with, such as -Rrs. */
export async function runRaw(
  name: string,
  options: string,
  input: string,
  args: Readonly<Record<string, string | number | object>> = {},
): Promise<string> {
  const words = Object.entries(args).flatMap(([key, value]) => [
    typeof value === "string" ? "--arg" : "--argjson",
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const program = ["-L", library, options, ...words, "-f", `${library}/${name}.jq`];
  const { stdout } = await execa(await imageProgram("jq"), program, { input, env: { TZ: "Europe/Berlin" } });
  return stdout;
}
