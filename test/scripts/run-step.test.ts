import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { programPath, shells } from "./shells";
import { until } from "./test-repository";

const script = join(__dirname, "..", "..", "scripts", "run-step.sh");
/** Process 1 of a process namespace, as in a container. */
const container = ["--pid", "--fork", "--mount-proc", "--kill-child"];
const step = { STEP: "dump", STEP_WHEN: "before", STEP_TIME_LIMIT: "20", STEP_OPTIONAL: "" };
const failed = "Step dump, before the backup, failed: ";
const final = "What comes after it does not run; the Job tries again.";

describe("run-step.sh", function () {
  this.timeout(240_000);

  for (const shell of shells) {
    describe(`under ${shell.name}`, () => {
      let folder: string;
      let bin: string;
      let unshare: string;

      beforeEach(async () => {
        unshare = await programPath("unshare");
        folder = await mkdtemp(join(tmpdir(), "step-test-"));
        bin = join(folder, "bin");
        await mkdir(bin);
        await shell.fillBin(bin);
      });

      afterEach(() => rm(folder, { recursive: true }));

      const run = (command: readonly string[], env: Record<string, string> = {}) =>
        execa(unshare, [...container, join(bin, shell.command), script, ...command], {
          env: { PATH: bin, ...step, ...env },
          extendEnv: false,
          reject: false,
          all: true,
        });
      const start = (program: string, env?: Record<string, string>) => run(["sh", "-c", program], env);

      it("runs the program with its arguments, as they are", async () => {
        const { exitCode, all } = await run(["printf", "<%s>", "two words", "$HOME", "*", ""]);
        assert.equal(exitCode, 0);
        assert.equal(all, "<two words><$HOME><*><>");
      });

      it("ends with the code of the program, and says so", async () => {
        const { exitCode, all } = await start("echo no database; exit 7");
        assert.deepEqual([exitCode, all], [7, `no database\n${failed}sh ended with code 7. ${final}`]);
      });

      it("tells the failure of an optional step, and goes on", async () => {
        const { exitCode, all } = await start("exit 7", { STEP_OPTIONAL: "yes" });
        assert.deepEqual([exitCode, all], [0, `${failed}sh ended with code 7. It is optional, so the rest goes on.`]);
      });

      for (const [what, program] of [
        ["that runs on", "sleep 15"],
        ["that calls its end a success", "trap 'exit 0' TERM; sleep 15 & wait"],
      ] as const) {
        it(`ends a program at its time limit ${what}`, async () => {
          const began = Date.now();
          const { exitCode, all } = await start(program, { STEP_TIME_LIMIT: "1" });
          assert.equal(exitCode, 75, all);
          assert.ok(all?.includes(`${failed}it was ended at its time limit of 1 second. ${final}`), all);
          assert.ok(Date.now() - began < 10_000);
        });
      }

      it("does not take a failure within the time limit for its end", async () => {
        const { exitCode } = await start("sleep 1; exit 9", { STEP_TIME_LIMIT: "10" });
        assert.equal(exitCode, 9);
      });

      it("goes on when an optional step was ended at its time limit", async () => {
        const { exitCode, all } = await start("sleep 15", { STEP_TIME_LIMIT: "1", STEP_OPTIONAL: "yes" });
        assert.equal(exitCode, 0);
        assert.match(all ?? "", /ended at its time limit of 1 second\. It is optional, so the rest goes on\.$/);
      });

      for (const optional of ["", "yes"]) {
        it(`passes SIGTERM of ${optional ? "an optional step" : "a step"} on, and waits for the program`, async () => {
          const running = start(
            "exec 2>/dev/null; trap 'sleep 1; echo tidied up; exit 0' TERM; echo ready; sleep 15 & wait",
            {
              STEP_OPTIONAL: optional,
            },
          );
          let printed = "";
          running.all?.on("data", (chunk) => {
            printed += chunk;
          });
          await until("the program", () => printed.includes("ready"));
          process.kill(await childOf(running.pid as number), "SIGTERM");
          const { exitCode, all } = await running;
          assert.equal(exitCode, 130, all);
          assert.equal(all, "ready\ntidied up\nStep dump, before the backup, was stopped by SIGTERM.");
        });
      }

      for (const before of [500, 70]) {
        it(`lets a program of 1.3 seconds end within its limit of 2, begun ${before} ms before a full second`, async () => {
          await untilFraction(before);
          const { exitCode, all } = await start("sleep 1.3; echo done", { STEP_TIME_LIMIT: "2" });
          assert.deepEqual([exitCode, all], [0, "done"]);
        });
      }

      it("gives a program its limit to the end, and does not wait for its own end", async () => {
        const began = performance.now();
        const { exitCode } = await start("sleep 15", { STEP_TIME_LIMIT: "2" });
        const seconds = (performance.now() - began) / 1000;
        assert.equal(exitCode, 75);
        assert.ok(seconds >= 2 && seconds < 14, `${seconds} seconds`);
      });

      it("kills a program that ignores SIGTERM", async () => {
        const began = performance.now();
        const { exitCode, all } = await start("trap '' TERM; while :; do sleep 1; done", { STEP_TIME_LIMIT: "1" });
        assert.equal(exitCode, 75, all);
        const seconds = (performance.now() - began) / 1000;
        assert.ok(seconds >= 10 && seconds < 60, `${seconds} seconds`);
      });

      it("needs no program of the image but sleep: old ones have a timeout without -k, or none, or a date without %N", async () => {
        for (const name of ["timeout", "date", "sed", "awk", "cut", "expr"]) {
          await rm(join(bin, name), { force: true });
          await writeFile(join(bin, name), "#!/bin/sh\necho 'invalid option -- k' >&2\nexit 1\n", { mode: 0o755 });
        }
        assert.equal((await start("exit 0", { STEP_OPTIONAL: "yes" })).all, "");
        assert.equal((await start("sleep 15", { STEP_TIME_LIMIT: "1" })).exitCode, 75);
        assert.match((await run(["--help"])).all ?? "", /^Runs a step of the user's own.*\n *0 {2}success.* 64 /s);
      });

      for (const limit of ["08", "0", "010", "1.5", "-1", "2m", " 5", "", "99999999999"]) {
        it(`refuses the time limit "${limit}", of an optional step too`, async () => {
          const { exitCode, all } = await start("echo ran", { STEP_TIME_LIMIT: limit, STEP_OPTIONAL: "yes" });
          assert.equal(exitCode, 64, all);
          assert.equal(
            all,
            `Step dump was not run, because of bad settings. STEP_TIME_LIMIT: "${limit}" is not a number of seconds. Write digits only, without a leading zero.`,
          );
        });
      }

      for (const [name, values] of [
        ["STEP", [""]],
        ["STEP_WHEN", ["", "Before", "during"]],
        ["STEP_OPTIONAL", ["YES", "true", "no", "1", " yes"]],
      ] as const) {
        it(`refuses a wrong ${name}, and runs nothing`, async () => {
          for (const value of values) {
            const { exitCode, all } = await run(["touch", join(folder, "ran")], { [name]: value });
            assert.equal(exitCode, 64, all);
            assert.match(all ?? "", new RegExp(`because of bad settings\\. ${name}: `));
          }
          assert.deepEqual(await readdir(folder), ["bin"]);
        });
      }

      it("refuses to run nothing", async () => {
        assert.deepEqual((await run([])).exitCode, 64);
      });

      it("says when there is no such program", async () => {
        const { exitCode, all } = await run(["pg_dump"], { STEP_WHEN: "after" });
        assert.equal(exitCode, 127);
        // The shell says it too, sooner or later.
        assert.ok(all?.includes(`Step dump, after the backup, failed: pg_dump ended with code 127. ${final}`), all);
      });
    });
  }
});

/** Waits for a moment so many milliseconds before the end of a second. */
async function untilFraction(before: number): Promise<void> {
  const wait = (1000 - before - (Date.now() % 1000) + 1000) % 1000;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim());
}
