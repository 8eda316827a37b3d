import { parseArgs } from "node:util";
import { runMocha } from "../support/run-mocha";

/** npm run test:model -- --steps 1000 [--seed 1 [--path 0:1]]. */
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000" },
    seed: { type: "string", default: `${Date.now() % 1_000_000_000}` },
    path: { type: "string" },
  },
});
const { steps, seed, path } = values;

void runMocha("test/model/model.test.ts", {
  MODEL_STEPS: steps,
  MODEL_SEED: seed,
  ...(path ? { MODEL_PATH: path } : {}),
});
