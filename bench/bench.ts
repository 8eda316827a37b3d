import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment } from "../sandbox/environment";
import { measureGrowth } from "./growth";
import { measureNights } from "./night";
import { makeBin } from "./place";
import { plot } from "./plot";

/**
 * npm run bench [-- --pairs 7 --only nights --all]: what backup.sh costs over the restic commands that it must run, with
 * store and source in memory and a key of the usual cost. Both run in turn, so that the machine's other work meets both.
 * `nights` measures both kinds of night on 1 GiB, and ends with 1 if one costs more than the limit; `growth` measures
 * how that grows with snapshots and with files (with --all, a million), and draws docs/images/night-cost.svg.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "7" },
      only: { type: "string" },
      all: { type: "boolean", default: false },
    },
  });
  Object.assign(process.env, await environment());
  const folder = await mkdtemp("/dev/shm/restic-backup-bench-");
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => rm(folder, { recursive: true, force: true }).finally(() => process.exit(130)));
  }
  const [bin, pairs] = [join(folder, "bin"), Number(values.pairs)];
  try {
    await makeBin(bin);
    if (values.only !== "growth" && !(await measureNights(folder, bin, pairs))) {
      process.exitCode = 1;
    }
    if (values.only !== "nights") {
      const growth = await measureGrowth(folder, bin, Math.min(pairs, 3), values.all);
      const images = join(__dirname, "..", "docs", "images");
      await mkdir(images, { recursive: true });
      await writeFile(join(images, "night-cost.svg"), plot(growth));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
