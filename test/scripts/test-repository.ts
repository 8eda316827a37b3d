import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import type { World } from "./shell-under-test";

/** Puts a program named restic before the real one, for answers that the real one cannot be made to give. */
export async function fakeRestic(world: World, script: string): Promise<Record<string, string>> {
  const fake = world.path("fake");
  await mkdir(fake);
  await writeFile(join(fake, "restic"), `#!/bin/sh\nreal=${join(world.env.PATH as string, "restic")}\n${script}\n`, {
    mode: 0o755,
  });
  return { PATH: `${fake}:${world.env.PATH}` };
}

let template: Promise<string> | undefined;

/** A new, empty repository, to be copied: made once, with a key that costs nothing to derive. */
export function emptyRepository(): Promise<string> {
  template ??= mkdtemp(join(tmpdir(), "scripts-test-repository-")).then(async (folder) => {
    process.on("exit", () => rmSync(folder, { recursive: true }));
    const env = { RESTIC_REPOSITORY: folder, RESTIC_PASSWORD: secrets[0] as string };
    await execa("restic", ["init"], { env, stdin: "ignore" });
    makeKeyCheap(folder, secrets[0] as string);
    return folder;
  });
  return template;
}

export async function withRepository(world: World): Promise<void> {
  await cp(await emptyRepository(), world.repository, { recursive: true });
}

/** Waits until something holds, and fails when it does not within the time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} did not come true within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Names of the locks in the world's repository; of what a killed restic was just writing, restic knows nothing. */
export async function locks(world: World): Promise<string[]> {
  return (await readdir(join(world.repository, "locks"))).filter((name) => !name.includes("-tmp-"));
}
