import { parseArgs } from "node:util";
import { runMocha } from "../support/run-mocha";

/** npm run test:kill -- --seeds 200 --first 1. */
const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, first: { type: "string", default: "1" } },
});

void runMocha("test/kill/kill.test.ts", { KILL_SEEDS: values.seeds, KILL_FIRST: values.first });
