import { Listr, type ListrTask } from "listr2";

/** One step of the work, with what it is and how long it may take. */
export interface Step {
  readonly title: string;
  readonly run: () => Promise<unknown>;
}

/** Runs steps one after another: a live list on a terminal, plain lines elsewhere; both say how long each took. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  const tasks: ListrTask[] = steps.map(({ title, run }) => ({
    title,
    task: async (_, task) => {
      const started = Date.now();
      const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
      const ticker = setInterval(
        () => {
          task.output = `${title}: ${elapsed()} so far`;
        },
        process.stdout.isTTY ? 1000 : 30_000,
      );
      try {
        await run();
        task.title = `${title} (${elapsed()})`;
      } finally {
        clearInterval(ticker);
      }
    },
  }));
  await new Listr(tasks, { renderer: process.stdout.isTTY ? "default" : "simple" }).run();
}
