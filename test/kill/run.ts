import { parseArgs } from "node:util";
import { execa } from "execa";

/** npm run test:kill -- --seeds 200 --first 1. Mocha takes no arguments of others. */
const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, first: { type: "string", default: "1" } },
});
const mocha =
  "--no-config --require ts-node/register --require ./test/support/sandbox.ts --extension ts test/kill/kill.test.ts";

execa("mocha", mocha.split(" "), {
  preferLocal: true,
  stdio: "inherit",
  reject: false,
  env: { KILL_SEEDS: values.seeds, KILL_FIRST: values.first },
}).then(({ exitCode }) => process.exit(exitCode ?? 1));
