import { execa } from "execa";

/** Runs one test file as the whole of this program; mocha takes no arguments of others, so it gets them as variables. */
export async function runMocha(file: string, env: Record<string, string>): Promise<never> {
  const options = "--no-config --require ts-node/register --require ./test/support/sandbox.ts --extension ts";
  const { exitCode } = await execa("mocha", [...options.split(" "), file], {
    preferLocal: true,
    stdio: "inherit",
    reject: false,
    env,
  });
  process.exit(exitCode ?? 1);
}
