import { parts } from "./control-plane";
import { goTools, isBuilt, serverTools, titleOf } from "./go-tools";
import { importedImages } from "./image-archives";
import { images, serverImages } from "./images";
import { isReady } from "./node";
import { runningPid } from "./processes";
import { home } from "./state";
import type { Scope } from "./up";

/** One line for each thing that makes up the sandbox, and whether all of it is there. */
export async function status({ servers }: Scope): Promise<{ lines: string[]; good: boolean }> {
  const found: [what: string, good: boolean, detail: string][] = [];
  for (const group of servers ? [...goTools, ...serverTools] : goTools) {
    const built = await isBuilt(group).catch(() => false);
    found.push([titleOf(group), built, built ? "built" : "not built"]);
  }
  for (const { name } of parts) {
    const pid = runningPid(name);
    found.push([name, pid !== undefined, pid === undefined ? "does not run" : `runs, pid ${pid}`]);
  }
  const imported = await importedImages().catch((): string[] => []);
  for (const { name } of servers ? [...images, ...serverImages] : images) {
    found.push([name, imported.includes(name), imported.includes(name) ? "there" : "not there"]);
  }
  const ready = await isReady();
  found.push(["node", ready, ready ? "ready" : "not ready"]);
  const lines = found.map(([what, good, detail]) => `${good ? "✔" : "✖"} ${what}: ${detail}`);
  return { lines: [...lines, `state: ${home}`], good: found.every(([, good]) => good) };
}
