import assert from "node:assert/strict";
import { chown, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { programPath } from "../programs";
import type { Outcome, RunOptions, World } from "../shell-under-test";
import { giveToNobody } from "../shell-under-test";
import { withRepository } from "../test-repository";

/** Backs up what the source holds by now. Returns the snapshot's id. */
export async function backedUp(world: World, options: RunOptions = {}): Promise<string> {
  if (!(await readdir(world.folder)).includes("repository")) {
    await withRepository(world);
  }
  const { exitCode, output, report } = await world.run("backup.sh", [], options);
  assert.equal(exitCode, 0, output);
  return report.snapshot as string;
}

/** A restore that must end so. */
export async function restored(
  world: World,
  exit: number,
  { args = [], ...options }: RunOptions & { args?: readonly string[] } = {},
): Promise<Outcome> {
  const outcome = await world.run("restore.sh", args, options);
  assert.equal(outcome.exitCode, exit, outcome.output);
  return outcome;
}

/** Directories of restores, as paths: beside the target, and in it. */
export async function stagings(world: World): Promise<string[]> {
  const found = await Promise.all(
    [world.folder, world.target].map(async (folder) =>
      (await readdir(folder).catch(() => []))
        .filter((name) => name.startsWith(".restic-backup-restore."))
        .map((name) => join(folder, name)),
    ),
  );
  return found.flat();
}

/** A program of the world's that does something else first, or instead; `real` is the true one. */
export async function inPlaceOf(world: World, program: string, script: string): Promise<Record<string, string>> {
  const folder = world.path(`instead-of-${program}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o755 });
  const real = join(world.env.PATH as string, program);
  await writeFile(join(folder, program), `#!/bin/sh\nreal=${real}\n${script}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${world.env.PATH}` };
}

/** Runs with a file system of its own at a place. */
export async function withMount(path: string, options: string, use: () => Promise<void>): Promise<void> {
  await mkdir(path, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  try {
    await use();
  } finally {
    await execa("umount", [path]);
  }
}

/** As root with these capabilities only, fewer than the pod has, by somebody who stands in a directory. */
export async function restoredWith(
  world: World,
  capabilities: readonly string[],
  cwd = "/",
): Promise<{ exitCode: number | undefined; output: string }> {
  const scripts = join(__dirname, "..", "..", "..", "scripts");
  const bounding = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  const rights = [`--bounding-set=${bounding}`, "--inh-caps=-all", "--no-new-privs"];
  const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
  const { exitCode, all } = await execa(await programPath("setpriv"), [...rights, shell, join(scripts, "restore.sh")], {
    env: world.env,
    extendEnv: false,
    all: true,
    reject: false,
    cwd,
  });
  return { exitCode, output: all };
}

/** The world belongs to a user without rights, but for what is given to another one. */
export async function forNobodyBut(
  world: World,
  ...others: readonly (readonly [path: string, user: number])[]
): Promise<void> {
  await giveToNobody(world.folder);
  for (const [path, user] of others) {
    await chown(path, user, user);
  }
}
