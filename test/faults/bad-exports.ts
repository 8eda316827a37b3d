import { appendFile, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scene } from "./scene";

/** What is no good export, and what the guards make of it. */
export const badExports: readonly {
  readonly injection: string;
  readonly expected: string;
  readonly code: number;
  readonly words: RegExp;
  readonly env?: Record<string, string>;
  /** May give what makes the source good again. */
  readonly prepare: (scene: Scene) => Promise<void | (() => Promise<void>)>;
}[] = [
  {
    injection: "an empty source",
    expected: "65, no snapshot",
    code: 65,
    words: /no file/,
    prepare: empty,
  },
  {
    injection: "only lost+found",
    expected: "65, no snapshot",
    code: 65,
    words: /no file/,
    prepare: async (scene) => {
      await empty(scene);
      const folder = join(scene.world.source, "lost+found");
      await mkdir(folder);
      await writeFile(join(folder, "#12"), "x");
      return () => rm(folder, { recursive: true });
    },
  },
  {
    injection: "99 % less than in the last snapshot (BACKUP_MAX_SHRINK=50)",
    expected: "0 with a warning, a snapshot, and nothing is removed",
    code: 0,
    words: /shrunk/,
    env: { BACKUP_MAX_SHRINK: "50", BACKUP_RETENTION: "--keep-last=1" },
    prepare: async (scene) => {
      await empty(scene);
      await scene.write("small.zip", 3000);
    },
  },
  {
    injection: "an export that is still being written (BACKUP_SETTLE=3, BACKUP_SETTLE_WAIT=3)",
    expected: "75, no snapshot",
    code: 75,
    words: /still being written/,
    env: { BACKUP_SETTLE: "3", BACKUP_SETTLE_WAIT: "3" },
    prepare: async (scene) => {
      const path = join(scene.world.source, "growing.zip");
      await writeFile(path, "x");
      const writer = setInterval(() => appendFile(path, "x"), 200);
      const stop = async () => clearInterval(writer);
      scene.atEnd(stop);
      return stop;
    },
  },
  {
    injection: "an export of two days ago (BACKUP_MAX_AGE=90000)",
    expected: "65, no snapshot",
    code: 65,
    words: /seconds old/,
    env: { BACKUP_MAX_AGE: "90000" },
    prepare: async (scene) => {
      const then = Date.now() / 1000 - 2 * 24 * 3600;
      for (const name of await readdir(scene.world.source)) {
        await utimes(join(scene.world.source, name), then, then);
      }
    },
  },
];

async function empty(scene: Scene): Promise<void> {
  for (const name of await readdir(scene.world.source)) {
    await rm(join(scene.world.source, name), { recursive: true });
  }
}
