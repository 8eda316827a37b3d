import assert from "node:assert/strict";
import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "./shell-under-test";
import { withRepository } from "./test-repository";

export async function dated(world: World, name: string, fromNow: number): Promise<void> {
  const path = join(world.source, name);
  await writeFile(path, "x", { flag: "a" });
  const moment = Date.now() / 1000 + fromNow;
  await utimes(path, moment, moment);
}

export async function refused(world: World, env: Record<string, string>, reason: RegExp, code = 65) {
  await rm(world.repository, { recursive: true, force: true });
  await withRepository(world);
  const { exitCode, output, report } = await world.run("backup.sh", [], { env });
  assert.equal(exitCode, code, output);
  assert.match(report.message, new RegExp(reason, "s"));
  assert.deepEqual(await readdir(join(world.repository, "snapshots")), []);
  return report;
}

export async function accepted(world: World, env: Record<string, string>) {
  await withRepository(world);
  const outcome = await world.run("backup.sh", [], { env });
  assert.equal(outcome.exitCode, 0, outcome.output);
  return outcome;
}
