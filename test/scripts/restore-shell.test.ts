import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { locks, until, withRepository } from "./test-repository";

describe("restore-shell.sh", function () {
  this.timeout(240_000);

  inBothShells("ends at once at SIGTERM when nothing runs", async (world) => {
    const pod = await startPod(world);
    const began = Date.now();
    const { exitCode } = await pod.end();
    assert.equal(exitCode, 0);
    assert.ok(Date.now() - began < 1500);
  });

  inBothShells("lets a restic that runs in the pod release its lock", async (world) => {
    await withRepository(world);
    const pod = await startPod(world);
    const restic = pod.exec("restic", "backup", "--stdin-from-command", "--", "sleep", "60");
    await until("the lock", async () => (await locks(world)).length > 0);
    const { exitCode, stdout } = await pod.end();
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await locks(world), []);
    assert.notEqual((await restic).exitCode, 0);
  });

  inBothShells("does not wait for what ignores SIGTERM, as an idle interactive shell does", async (world) => {
    const pod = await startPod(world);
    const idle = pod.exec("sh", "-c", "trap '' TERM; echo idle; read -r line");
    await until("the idle shell", () => pod.printed().includes("Ready"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = Date.now();
    assert.equal((await pod.end()).exitCode, 0);
    assert.ok(Date.now() - began < 1500);
    await idle;
  });
});

/** The script as process 1 of a process namespace, as in a container. */
async function startPod(world: World) {
  const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
  const script = join(__dirname, "..", "..", "scripts", "restore-shell.sh");
  const outside = { env: world.env, reject: false } as const;
  const pod = execa("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", shell, script], {
    ...outside,
    extendEnv: true,
    env: { ...world.env, PATH: process.env.PATH },
  });
  let printed = "";
  pod.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  await until("the pod", () => printed.includes("Ready"));
  const inside = (await readFile(`/proc/${pod.pid}/task/${pod.pid}/children`, "utf8")).trim();
  return {
    printed: () => printed,
    exec: (...command: string[]) =>
      execa("nsenter", [`--target=${inside}`, "--pid", "--mount", "--", ...command], {
        env: { ...world.env, PATH: process.env.PATH },
        reject: false,
        stdin: "pipe",
      }),
    end: async () => {
      process.kill(Number(inside), "SIGTERM");
      return await pod;
    },
  };
}
