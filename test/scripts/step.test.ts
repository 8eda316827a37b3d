import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { programPath, type Shell, shells } from "./shells";
import { until } from "./test-repository";

const script = join(__dirname, "..", "..", "scripts", "step.sh");
/** Process 1 of a process namespace, as in a container. */
const container = ["--pid", "--fork", "--mount-proc", "--kill-child"];
const step = { STEP: "dump", STEP_WHEN: "before", STEP_TIME_LIMIT: "20", STEP_OPTIONAL: "" };
const failed = "Step dump, before the backup, failed: ";
const final = "What comes after it does not run; the Job tries again.";

describe("step.sh", function () {
  this.timeout(30_000);

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
        await fillBin(shell, bin);
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
          assert.ok(all?.includes(`${failed}it was ended at its time limit of 1 seconds. ${final}`), all);
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
        assert.match(all ?? "", /ended at its time limit of 1 seconds\. It is optional, so the rest goes on\.$/);
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

      it("says when there is no such program", async () => {
        const { exitCode, all } = await run(["pg_dump"], { STEP_WHEN: "after" });
        assert.equal(exitCode, 127);
        assert.ok(all?.endsWith(`Step dump, after the backup, failed: pg_dump ended with code 127. ${final}`), all);
      });
    });
  }

  // busybox has all of its programs in itself, wherever they are missing.
  it("says when the image has no timeout", async () => {
    const folder = await mkdtemp(join(tmpdir(), "step-test-"));
    try {
      await symlink(await programPath("date"), join(folder, "date"));
      const { exitCode, all } = await execa(await programPath("dash"), [script, "true"], {
        env: { ...step, PATH: folder },
        extendEnv: false,
        reject: false,
        all: true,
      });
      assert.deepEqual(
        [exitCode, all],
        [64, `${failed}the image has no program named timeout: use one that has. ${final}`],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

async function fillBin(shell: Shell, bin: string): Promise<void> {
  await shell.fillBin(bin);
  if (shell.name === "dash") {
    await symlink(await programPath("timeout"), join(bin, "timeout"));
  }
}

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim());
}
