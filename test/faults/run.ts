import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment } from "../../sandbox/environment";
import type { Fault } from "./fault";
import { faults } from "./faults";
import { outcomeOf } from "./outcome";
import type { Result } from "./table";
import { table } from "./table";

/** npm run test:faults [-- --only K1,D --storage S3]: the whole matrix also writes docs/faults.md. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" }, storage: { type: "string" } } });
  Object.assign(process.env, await environment());
  const only = values.only?.split(",");
  const chosen = faults.filter(
    ({ id, storage }) =>
      (only === undefined || only.some((one) => id === one || id.replace(/[0-9].*/, "") === one)) &&
      (values.storage === undefined || storage === values.storage),
  );
  if (chosen.length === 0) {
    throw new Error("no row is chosen");
  }
  const began = Date.now();
  // Those of a quarter of an hour do nothing but wait.
  const isLong = ({ within = 0 }: Fault) => within >= 15 * 60;
  const long = chosen.filter(isLong).map(told);
  const results = await atOnce(3, chosen, (fault) => (isLong(fault) ? long.shift() : undefined) ?? told(fault));
  const failed = results.filter(({ verdict }) => verdict === "✘");
  const notRun = results.filter(({ verdict }) => verdict === "could not run");
  const good = results.filter(({ verdict }) => verdict === "✔").length;
  const limits = results.filter(({ verdict }) => verdict === "limit").length;
  console.log(
    `\n${good} ✔, ${failed.length} ✘, ${limits} known limits, ${notRun.length} could not run, in ${Math.round((Date.now() - began) / 1000)} s`,
  );
  if (chosen.length === faults.length) {
    await writeFile(join(__dirname, "..", "..", "docs", "faults.md"), table(results));
  }
  // Not earlier: what a row left running would be cut off. Not later: nothing else may keep this process.
  process.exit(failed.length > 0 ? 1 : 0);
}

async function told(fault: Fault): Promise<Result> {
  const began = Date.now();
  const result = await outcomeOf(fault);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${result.verdict} ${fault.id} ${fault.storage}: ${fault.injection} (${seconds} s)`);
  if (result.verdict !== "✔") {
    console.log(`  ${result.seen.replaceAll("\n", "\n  ")}`);
  }
  return result;
}

/** As many at once, in order. */
async function atOnce<In, Out>(many: number, inputs: readonly In[], work: (input: In) => Promise<Out>): Promise<Out[]> {
  const outputs: Out[] = [];
  let next = 0;
  const worker = async () => {
    while (next < inputs.length) {
      const mine = next++;
      outputs[mine] = await work(inputs[mine] as In);
    }
  };
  await Promise.all(Array.from({ length: many }, worker));
  return outputs;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
