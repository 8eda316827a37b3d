import { parseArgs } from "node:util";
import { execa } from "execa";

/** npm run test:model -- --steps 1000 [--seed 1 [--path 0:1]]. Mocha takes no arguments of others. */
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000" },
    seed: { type: "string", default: `${Date.now() % 1_000_000_000}` },
    path: { type: "string" },
  },
});
const mocha =
  "--no-config --require ts-node/register --require ./test/support/sandbox.ts --extension ts test/model/model.test.ts";

execa("mocha", mocha.split(" "), {
  preferLocal: true,
  stdio: "inherit",
  reject: false,
  env: { MODEL_STEPS: values.steps, MODEL_SEED: values.seed, ...(values.path ? { MODEL_PATH: values.path } : {}) },
}).then(({ exitCode }) => process.exit(exitCode ?? 1));
