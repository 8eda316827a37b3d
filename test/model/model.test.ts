import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { giveToNobody, inWorld } from "../scripts/shell-under-test";
import { shells } from "../scripts/shells";
import { withRepository } from "../scripts/test-repository";
import { anyStep } from "./any-step";
import { newModel } from "./model";
import type { Step } from "./step";

/** `npm run test:model` sets them. */
const least = Number(process.env.MODEL_STEPS ?? 300);
const seed = Number(process.env.MODEL_SEED ?? 1);
const path = process.env.MODEL_PATH;
const shrinks = process.env.MODEL_SHRINK !== "no";

const sequence = fc.noBias(fc.array(anyStep, { minLength: 1, maxLength: 60, size: "max" }));

describe("the scripts, compared with a model", () => {
  const began = Date.now();
  let steps = 0;
  let sequences = 0;
  const failures: string[] = [];
  const rate = () =>
    `${steps} steps, ${sequences} sequences, ${(steps / ((Date.now() - began) / 1000)).toFixed(1)} steps/s`;

  it(`do what it does in ${path ? `the sequence ${path}` : `${least} steps`} from seed ${seed} on`, async function () {
    this.timeout(0);
    const progress = setInterval(() => console.log(`      ${rate()}`), 30_000);
    await Promise.all((path ? [0] : [0, 1, 2, 3]).map(lane)).finally(() => clearInterval(progress));
    console.log(`      seeds ${seed} to ${seed + sequences - 1}: ${rate()}, ${failures.length} divergences`);
    if (failures.length > 0) {
      throw new Error(failures.join("\n"));
    }
  });

  /** Several at once, because the scripts mostly wait for one program; one shell for even seeds, one for odd ones. */
  async function lane(number: number): Promise<void> {
    for (let own = seed + number; steps < least && failures.length === 0; own += 4) {
      const told = once((error) => console.log(`      seed ${own} diverges, and is now shrunk: ${error}`));
      const details = await fc.check(
        fc.asyncProperty(sequence, (all) => played(own, all).catch(told)),
        {
          seed: own,
          numRuns: 1,
          // Of shrinking too, which repeats the sequence.
          skipAllAfterTimeLimit: 300_000,
          endOnFailure: !shrinks,
          ...(path ? { path, endOnFailure: true } : {}),
        },
      );
      sequences++;
      if (details.failed) {
        failures.push(
          `npm run test:model -- --seed ${details.seed} --path ${details.counterexamplePath}\n${fc.defaultReportMessage(details)}`,
        );
      }
      if (path) {
        return;
      }
    }
  }

  async function played(own: number, all: readonly Step[]): Promise<void> {
    const shell = shells[Math.abs(own) % shells.length] as (typeof shells)[number];
    await inWorld(shell, async (world) => {
      await withRepository(world);
      await mkdir(world.path("more"));
      await writeFile(join(world.path("more"), "attachment"), "further");
      await giveToNobody(world.folder);
      const titles: string[] = [];
      const done = (title: string) => {
        steps++;
        titles.push(title);
      };
      const run = fc.asyncModelRun(() => ({ model: newModel(), real: { world, durations: new Map(), done } }), all);
      await run.catch((error) => {
        throw new Error(`after ${titles.slice(-15).join(" | ")}:\n${error.message}`);
      });
    });
  }

  /** Tells the first error, and passes all on. */
  function once(tell: (error: unknown) => void): (error: unknown) => never {
    let silent = false;
    return (error: unknown) => {
      if (!silent) {
        silent = true;
        tell(error);
      }
      throw error;
    };
  }
});
