import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import { giveToNobody } from "../scripts/shell-under-test";
import { fakeRestic } from "../scripts/test-repository";
import { corrupted, zip } from "../scripts/zip";
import type { Fault } from "./fault";
import { CouldNotRun } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** Nights that were green, or lost something, and should not. */
export const fieldNights: readonly Fault[] = [
  {
    id: "rA11",
    storage: "local",
    injection: "the newest zip was cut off, with default guards and keep-last=1",
    expected: "65, no snapshot, and the good export stays",
    inject: async (scene) => {
      await writeFile(
        join(scene.world.source, "export.zip"),
        zip("entities.xml", "activeobjects.xml").subarray(0, -40),
      );
      const seen = ended(await scene.run("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=1" } }), 65, /not whole/);
      await onlyOlder(scene);
      await writeFile(join(scene.world.source, "export.zip"), zip("entities.xml"));
      return seen;
    },
  },
  {
    id: "rS18",
    storage: "local",
    injection: "a zip whose compressed entry has a flipped bit, with BACKUP_CHECK_ZIP=yes",
    expected: "65, no snapshot",
    inject: async (scene) => {
      const path = join(scene.world.source, "export.zip");
      await writeFile(path, corrupted(zip("entities.xml"), 60));
      const seen = ended(await scene.run("backup.sh", { env: { BACKUP_CHECK_ZIP: "yes" } }), 65, /not whole/);
      await onlyOlder(scene);
      await rm(path);
      return seen;
    },
  },
  {
    id: "rS6",
    storage: "local",
    injection: "an export is rewritten while restic reads it, keep-last=1",
    expected: "75; the snapshot is partial, the older ones stay, and a restore of the newest passes it over",
    inject: rewritten,
  },
  {
    id: "rS8",
    storage: "local",
    injection: "everything in the source is excluded, beside a second path that is not empty",
    expected: "65; the snapshot is partial, and a restore of the newest passes it over",
    inject: async (scene) => {
      const more = scene.world.path("more");
      await mkdir(more);
      await writeFile(join(more, "attachment"), "x");
      const env = { BACKUP_PATHS: more, BACKUP_EXCLUDES: `${scene.world.source}/*`, BACKUP_RETENTION: "--keep-last=1" };
      const seen = ended(await scene.run("backup.sh", { env }), 65, /holds no file of/);
      return `${seen} Then: ${await newestIsOlder(scene)}`;
    },
  },
  {
    id: "rS11",
    storage: "local",
    injection: "SIGTERM while restic ends with 3 (a file cannot be read, as user 65534)",
    expected: "the snapshot is partial, and a restore of the newest passes it over",
    inject: stoppedWhilePartial,
  },
  {
    id: "rS17",
    storage: "local",
    injection: "TMPDIR becomes full in the middle of a backup",
    expected: "1, which says that TMPDIR is full",
    inject: fullMeanwhile,
  },
  {
    id: "rB5",
    storage: "local",
    injection: "a file whose extended attribute cannot be read (restic in a user namespace)",
    expected: "0 with a warning: the contents are all there, and retention goes on",
    inject: unreadableAttribute,
  },
  {
    id: "rB7",
    storage: "local",
    injection: "the whole volume is the source, and RESTORE_PATH lies in it; restore, then backup, twice",
    expected: "restored copies are not backed up",
    inject: restoredInSource,
  },
  {
    id: "rB8",
    storage: "local",
    injection: "a source that a file server does not let user 65534 read (mode 700 of root)",
    expected: "65 that says who cannot read it, and not that it is empty",
    inject: async (scene) => {
      await scene.good("backup.sh", { asNobody: true });
      scene.older.set((await scene.snapshots()).at(-1) as string, await manifest(scene.world.source));
      const volume = await closedVolume(scene);
      const outcome = await scene.run("backup.sh", { asNobody: true, env: { BACKUP_PATH: volume } });
      await chmod(volume, 0o755);
      return ended(outcome, 65, /cannot be read by user 65534/);
    },
  },
];

async function closedVolume(scene: Scene): Promise<string> {
  const volume = scene.world.path("volume");
  await mkdir(join(volume, "export"), { recursive: true });
  await writeFile(join(volume, "export", "x.zip"), "x");
  await chmod(volume, 0);
  return volume;
}

async function onlyOlder(scene: Scene): Promise<void> {
  assert.deepEqual(await scene.snapshots(), [...scene.older.keys()]);
}

/** What was written last is marked, and is not what a restore takes. */
async function newestIsOlder(scene: Scene): Promise<string> {
  const all = JSON.parse(await scene.world.restic("snapshots", "--no-lock", "--json")) as {
    id: string;
    tags?: string[];
  }[];
  const newest = all.filter(({ id }) => !scene.older.has(id)).at(-1);
  assert.ok(newest?.tags?.includes("partial"), "the new snapshot is not marked as partial");
  for (const id of scene.older.keys()) {
    assert.ok(
      all.some((one) => one.id === id),
      "an older snapshot was removed",
    );
  }
  const { report } = await scene.good("restore.sh");
  assert.equal(report.snapshot, [...scene.older.keys()].at(-1));
  await rm(scene.world.target, { recursive: true });
  return "the older one is restored";
}

async function rewritten(scene: Scene): Promise<string> {
  const path = join(scene.world.source, "2.zip");
  const env = await fakeRestic(
    scene.world,
    `case " $* " in
      *" --dry-run "*) exec "$real" "$@" ;;
      *" backup --host jira-backup "*) "$real" "$@"; code=$?; head -c 200000 /dev/zero >${path}; exit $code ;;
    esac
    exec "$real" "$@"`,
  );
  const outcome = await scene.run("backup.sh", { env: { ...env, BACKUP_RETENTION: "--keep-last=1" } });
  const seen = ended(outcome, 75, /changed while it was read/);
  await scene.write("2.zip", 200_000);
  return `${seen} Then: ${await newestIsOlder(scene)}`;
}

async function stoppedWhilePartial(scene: Scene): Promise<string> {
  const { world } = scene;
  const file = join(world.source, "late.zip");
  await writeFile(file, "x");
  const env = await fakeRestic(
    world,
    `case " $* " in
      *" backup --host jira-backup "*)
        trap : TERM; chmod 0 ${file}; "$real" "$@"; code=$?; : >${world.path("written")}; sleep 1; exit $code ;;
    esac
    exec "$real" "$@"`,
  );
  await giveToNobody(world.folder);
  const running = scene.start("backup.sh", { env, asNobody: true });
  while (!(await readdir(world.folder)).includes("written")) {
    await sleep(10);
  }
  process.kill(running.pid, "SIGTERM");
  const seen = ended(await running.outcome, [3, 130]);
  await chmod(file, 0o644);
  await rm(file);
  return `${seen.slice(0, 9)} Then: ${await newestIsOlder(scene)}`;
}

async function fullMeanwhile(scene: Scene): Promise<string> {
  const folder = scene.world.path("small-tmp");
  await mkdir(folder);
  await scene.mount(folder, "-t", "tmpfs", "-o", "size=256k,mode=1777", "tmpfs");
  const env = await fakeRestic(
    scene.world,
    `case " $* " in
      *" backup --host jira-backup "*) head -c 1000000 /dev/zero >${folder}/filler 2>/dev/null ;;
    esac
    exec "$real" "$@"`,
  );
  const outcome = await scene.run("backup.sh", { env: { ...env, TMPDIR: folder } });
  return ended(outcome, 1, /TMPDIR.*full/);
}

async function unreadableAttribute(scene: Scene): Promise<string> {
  const path = join(scene.world.source, "with-attribute");
  await writeFile(path, "x");
  const setAttribute = () =>
    execa("setcap", ["-n", "100000", "cap_net_raw+ep", path]).catch((error) => {
      throw new CouldNotRun(`no such attribute can be set here: ${error.shortMessage}`);
    });
  await execa("unshare", ["-U", "-r", "true"]).catch((error) => {
    throw new CouldNotRun(`no user namespace can be made here: ${error.shortMessage}`);
  });
  const env = await fakeRestic(
    scene.world,
    `case " $* " in *" backup --host jira-backup "*) exec /usr/bin/unshare -U -r "$real" "$@" ;; esac
    exec "$real" "$@"`,
  );
  await giveToNobody(scene.world.folder);
  await setAttribute();
  const outcome = await scene.start("backup.sh", { env, asNobody: true }).outcome;
  const seen = ended(outcome, 0);
  assert.match(outcome.report.warning ?? "", /[Aa]ttribute/, outcome.output);
  await rm(path);
  scene.older.clear();
  return seen;
}

async function restoredInSource(scene: Scene): Promise<string> {
  const { world } = scene;
  const env = { RESTORE_PATH: join(world.source, "import") };
  const counts = [];
  for (let round = 0; round < 2; round++) {
    counts.push((await scene.good("backup.sh", { env })).report.files);
    await scene.good("restore.sh", { env });
  }
  counts.push((await scene.good("backup.sh", { env })).report.files);
  assert.deepEqual(counts, [counts[0], counts[0], counts[0]]);
  await rm(env.RESTORE_PATH, { recursive: true });
  return `${counts.join(", ")} files`;
}
