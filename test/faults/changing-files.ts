import assert from "node:assert/strict";
import { appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../scripts/manifest";
import type { Scene } from "./scene";
import { ended } from "./scene";

export async function vanishing(scene: Scene): Promise<string> {
  const folder = join(scene.world.source, "vanishing");
  await mkdir(folder);
  for (let file = 0; file < 500; file++) {
    await writeFile(join(folder, `${file}.xml`), Buffer.alloc(20_000, `${file} `));
  }
  const running = scene.start("backup.sh");
  let gone = 0;
  for (let file = 499; file >= 0; file--) {
    await rm(join(folder, `${file}.xml`));
    gone++;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const outcome = await running.outcome;
  const seen = ended(outcome, [0, 3, 75]);
  const files = await scene.restored(outcome.report.snapshot as string);
  const kept = (await manifest(scene.world.source)).filter((line) => / 100[0-7]{3} /.test(line));
  for (const line of kept) {
    assert.ok(files.includes(line), "a file that was there is not in the snapshot");
  }
  return `exit ${seen.slice(5, 6)}, with ${gone} files vanishing`;
}

export async function growing(scene: Scene): Promise<string> {
  await scene.write("growing.log", 8_000_000);
  const running = scene.start("backup.sh", { env: { RESTIC_OPTIONS: "--limit-upload=4096" } });
  let ends = false;
  running.outcome.finally(() => {
    ends = true;
  });
  while (!ends) {
    await appendFile(join(scene.world.source, "growing.log"), Buffer.alloc(10_000, "line\n"));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const outcome = await running.outcome;
  const seen = ended(outcome, 75, /changed while it was read/);
  const files = await scene.restored(outcome.report.snapshot as string);
  assert.equal(files.length, (await manifest(scene.world.source)).length);
  return `${seen.slice(0, 8)}, and the snapshot restores`;
}

export async function swapping(scene: Scene): Promise<string> {
  const [a, b, aside] = ["swapped", "swapped-too", "aside"].map((name) => join(scene.world.source, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(a);
  await writeFile(join(a, "inside"), "x");
  await writeFile(b, "y");
  await scene.write("big.bin", 8_000_000);
  const running = scene.start("backup.sh", { env: { RESTIC_OPTIONS: "--limit-upload=8192" } });
  let ends = false;
  running.outcome.finally(() => {
    ends = true;
  });
  while (!ends) {
    await rename(a, aside);
    await rename(b, a);
    await rename(aside, b);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const outcome = await running.outcome;
  ended(outcome, [0, 3, 75]);
  await scene.restored(outcome.report.snapshot as string);
  return `exit ${outcome.exitCode}, and the snapshot restores`;
}
