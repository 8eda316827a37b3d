import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dropCache, packs } from "../scripts/damage-repository";
import { manifest } from "../scripts/manifest";
import type { Fault, Storage } from "./fault";
import { everyStorage, onEach } from "./fault";
import { minutesAgo, writeLock } from "./locks";
import type { Scene } from "./scene";
import { ended } from "./scene";

type How = "one byte flipped" | "cut in the middle" | "deleted";
type Part = "a pack of data" | "a pack of trees" | "the index" | "a snapshot" | "the key" | "the config";

const parts = 3;
const any = [0, 1, 3, 10, 11, 12, 67];
const failing = [1, 10, 12, 67];

/** Exit codes that are truthful for a backup and for the checks of one cycle. */
interface Truth {
  readonly part: Part;
  readonly backup: readonly number[];
  readonly check: readonly number[];
  readonly expected: string;
}

const truths: readonly Truth[] = [
  {
    part: "a pack of data",
    backup: [0, 67],
    check: [67],
    expected: `check.sh says 67 within ${parts} runs; from then on backups are written, but say 67 and remove nothing`,
  },
  {
    part: "a pack of trees",
    backup: [0, 67],
    check: [67],
    expected: `check.sh says 67 within ${parts} runs; from then on backups are written, but say 67 and remove nothing`,
  },
  {
    part: "the index",
    backup: [0, 67],
    check: [67],
    expected: "check.sh says 67; no backup is a success that cannot be restored",
  },
  {
    part: "a snapshot",
    backup: [67],
    check: [67],
    expected: "backup.sh writes a new one and says 67, and so does check.sh",
  },
  { part: "the key", backup: failing, check: failing, expected: "nothing succeeds, and no init is made" },
  { part: "the config", backup: failing, check: failing, expected: "nothing succeeds, and no init is made" },
];

/** Corruption of what is stored. */
export const corruption: readonly Fault[] = [
  ...truths.flatMap((truth) =>
    (["one byte flipped", "cut in the middle", "deleted"] as How[]).flatMap((how) =>
      everyStorage.map((storage) => rowOf(truth, how, storage)),
    ),
  ),
  ...(["one byte flipped", "cut in the middle", "deleted"] as How[]).map(
    (how): Fault => ({
      id: "C1",
      storage: "local",
      injection: `a lock: ${how}`,
      expected:
        how === "deleted"
          ? "nobody is stopped"
          : "exit 1 (restic takes no broken lock for dead), no damage is recorded; good when a human has removed the lock",
      inject: (scene) => brokenLock(scene, how),
    }),
  ),
  ...onEach(everyStorage, {
    id: "C2",
    injection: "bit rot in one pack, of which the part is known",
    expected: "check.sh finds it in exactly the run that reads this part, and the runs before are good",
    inject: rotInOnePart,
  }),
];

function rowOf({ part, backup, check, expected }: Truth, how: How, storage: Storage): Fault {
  const isUnseen = part === "a snapshot" && how === "deleted";
  return {
    id: "C1",
    storage,
    injection: `${part}: ${how}`,
    expected: isUnseen
      ? "nothing in a repository shows that a snapshot is gone; the others are as they were"
      : expected,
    inject: async (scene) => {
      const file = await fileOf(scene, part);
      const name = file.split("/").at(-1) as string;
      const putBack = await damage(file, how);
      await dropCache(scene.world);
      const before = await readdir(join(scene.world.repository, "keys"));

      const night = await scene.run("backup.sh");
      const said = [`backup ${ended(night, isUnseen ? 0 : backup).slice(0, 110)}`];
      const checks = [];
      for (let run = 0; run < parts && checks.at(-1) !== 67; run++) {
        const outcome = await scene.run("check.sh", { env: { BACKUP_CHECK_PARTS: `${parts}` } });
        ended(outcome, any);
        checks.push(outcome.exitCode);
      }
      said.push(`checks ${checks.join(", ")}`);
      assert.ok((isUnseen ? [0] : check).includes(checks.at(-1) as number), said.join("; "));
      // After the checks, which would know of the damage that a restore finds.
      const isData = !["the key", "the config"].includes(part);
      await neverWrong(scene, part === "a snapshot" ? name : undefined, isData ? [0, 65, 67] : any);
      if (checks.at(-1) === 67) {
        const after = await scene.run("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=1" } });
        said.push(`then backup ${ended(after, failing).slice(0, 8)}`);
        assert.equal((await scene.run("prune.sh")).exitCode, 67, "prune is not stopped");
      }
      assert.deepEqual(
        await readdir(join(scene.world.repository, "keys")),
        how === "deleted" && part === "the key" ? [] : before,
      );

      await putBack();
      await scene.run("check.sh", { args: ["--clear-damage"] });
      return said.join("; ");
    },
  };
}

/** A restore gives the right bytes, or says that it cannot. */
async function neverWrong(scene: Scene, damaged: string | undefined, codes: readonly number[]): Promise<void> {
  for (const [id, files] of scene.older) {
    const outcome = await scene.run("restore.sh", { args: [id] });
    const { exitCode } = outcome;
    ended(outcome, codes);
    if (exitCode === 0) {
      assert.notEqual(id, damaged);
      assert.deepEqual(await manifest(scene.world.target), files, "a restore that says 0 gave other bytes");
    } else if (existsSync(scene.world.target)) {
      assert.deepEqual(
        (await readdir(scene.world.target)).filter((name) => !name.startsWith(".restic-backup-restore.")),
        [],
        "a failed restore left something",
      );
    }
    await rm(scene.world.target, { recursive: true, force: true });
  }
}

async function fileOf(scene: Scene, part: Part): Promise<string> {
  const folder = (name: string) => join(scene.world.repository, name);
  const [oldest] = [...scene.older.keys()];
  switch (part) {
    case "a pack of data":
    case "a pack of trees": {
      const pack = await packOf(scene, part === "a pack of data" ? "data" : "tree");
      return join(folder("data"), pack.slice(0, 2), pack);
    }
    case "the index":
      return join(folder("index"), (await readdir(folder("index")))[0] as string);
    case "a snapshot":
      return join(folder("snapshots"), oldest as string);
    case "the key":
      return join(folder("keys"), (await readdir(folder("keys")))[0] as string);
    case "the config":
      return folder("config");
  }
}

async function packOf(scene: Scene, type: "data" | "tree"): Promise<string> {
  for (const index of (await scene.world.restic("list", "index", "--no-lock")).split("\n")) {
    const { packs }: { packs: { id: string; blobs: { type: string }[] }[] } = JSON.parse(
      await scene.world.restic("cat", "--no-lock", "index", index),
    );
    const found = packs.find(({ blobs }) => blobs[0]?.type === type);
    if (found !== undefined) {
      return found.id;
    }
  }
  throw new Error(`no pack holds ${type}`);
}

/** Gives what puts the good bytes back. */
async function damage(file: string, how: How): Promise<() => Promise<void>> {
  const good = await readFile(file);
  await chmod(file, 0o600);
  if (how === "deleted") {
    await rm(file);
  } else if (how === "cut in the middle") {
    await truncate(file, Math.floor(good.length / 2));
  } else {
    const bad = Buffer.from(good);
    const middle = Math.floor(bad.length / 2);
    bad.writeUInt8(bad.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bad);
  }
  return () => writeFile(file, good);
}

async function brokenLock(scene: Scene, how: How): Promise<string> {
  const name = await writeLock(scene.world, { time: minutesAgo(31) });
  const file = join(scene.world.repository, "locks", name);
  await damage(file, how);
  const code = how === "deleted" ? 0 : 1;
  const night = await scene.run("backup.sh");
  const prune = await scene.run("prune.sh");
  const seen = `backup ${ended(night, code)} Prune: ${ended(prune, code)}`;
  assert.doesNotMatch(night.output + prune.output, /recorded as damaged/);
  await rm(file, { force: true });
  return seen;
}

/** restic sorts packs by the first byte of their names. */
async function rotInOnePart(scene: Scene): Promise<string> {
  const many = 4;
  // Packs that hold trees are read in each run.
  const pack = await packOf(scene, "data");
  assert.ok((await packs(scene.world)).includes(pack));
  const part = (Number.parseInt(pack.slice(0, 2), 16) % many) + 1;
  const putBack = await damage(join(scene.world.repository, "data", pack.slice(0, 2), pack), "one byte flipped");
  for (let run = 1; run <= part; run++) {
    const { exitCode, report, output } = await scene.run("check.sh", { env: { BACKUP_CHECK_PARTS: `${many}` } });
    assert.deepEqual([report.part, exitCode], [run, run === part ? 67 : 0], output);
  }
  await putBack();
  await scene.good("check.sh", { args: ["--clear-damage"] });
  return `found with 67 in the run of its part, and not before (${many} parts)`;
}
