import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { writeLock } from "../../faults/locks";
import { corrupt, packs } from "../damage-repository";
import type { World } from "../shell-under-test";
import { inBothShells, inBusybox } from "../shell-under-test";
import { locks, until } from "../test-repository";
import { faultyServer } from "./harvest-faulty-server";
import { backedUp, inPlaceOf, restored, withMount } from "./restore-trials";

const unlocked = /^No lock can be written to the repository \((.*)\), so it is read without a lock\. Let nothing prune/;

describe("reading.sh", function () {
  this.timeout(240_000);

  inBothShells("restores from a repository without room, and locks it again when there is some", async (world) => {
    await backedUp(world);
    await withVolume(world, async (volume, env) => {
      await execa("dd", ["if=/dev/zero", `of=${join(volume, "filled")}`, "bs=4k"], { reject: false });
      await restoresUnlocked(world, env, "write: no space left on device");
      await execa("rm", [join(volume, "filled")]);
      assert.equal((await restored(world, 0, { env })).report.warning, undefined);
    });
  });

  inBusybox("restores from a read-only repository, without waiting", async (world) => {
    await backedUp(world);
    await withReadOnly(world, async (env) => {
      const { seconds } = await restoresUnlocked(world, env, "open: read-only file system");
      assert.ok((seconds as number) < 30, `${seconds} seconds`);
    });
  });

  inBusybox("restores past the lock of a dead process that nobody may remove", async (world) => {
    await backedUp(world);
    await writeLock(world, { time: new Date(Date.now() - 40 * 60_000).toISOString(), exclusive: true });
    await withReadOnly(world, async (env) => {
      const waits = { ...env, BACKUP_LOCK_WAIT: "600" };
      await restoresUnlocked(world, waits, "those of dead processes are there, and cannot be removed");
    });
  });

  inBusybox("does not read past the lock of a process that may live", async (world) => {
    await backedUp(world);
    await writeLock(world, { time: new Date().toISOString(), exclusive: true });
    await withReadOnly(world, async (env) => {
      const { report } = await restored(world, 11, { env });
      assert.match(report.message, /the repository is locked/);
    });
  });

  for (const [words, status] of [
    ["403 Forbidden", 403],
    ["507 Insufficient Storage", 507],
  ] as const) {
    inBusybox(`restores from a server that answers ${status} to a lock`, async (world) => {
      await backedUp(world);
      const server = await faultyServer(world.repository, (request) =>
        request.startsWith("POST /locks/") ? status : undefined,
      );
      try {
        const env = { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` };
        await restoresUnlocked(world, env, `unexpected HTTP response (${status}): ${words}`);
      } finally {
        server.close();
      }
    });
  }

  inBusybox("finds damage in a read-only repository, and does not wait to record it", async (world) => {
    await backedUp(world);
    for (const pack of await packs(world)) {
      await corrupt(world, "data", pack.slice(0, 2), pack);
    }
    await withReadOnly(world, async (env) => {
      const { report } = await restored(world, 67, { env: { ...env, RESTIC_CACHE_DIR: world.path("no-cache") } });
      assert.ok((report.seconds as number) < 40, `${report.seconds} seconds`);
    });
  });

  inBusybox("takes a prune beside a reading without a lock for no damage", async (world) => {
    await backedUp(world);
    const once = world.path("once");
    await withReadOnly(world, async (env) => {
      const missed = `id ${"a".repeat(64)} not found in repository`;
      const pruned = `case " $* " in *" --no-lock --json restore "*" --verify "*) [ -e "${once}" ] || { : >"${once}"; echo '{"message_type":"exit_error","code":1,"message":"Fatal: ${missed}"}' >&2; exit 1; } ;; esac; exec "$real" "$@"`;
      const { report } = await restored(world, 0, { env: { ...env, ...(await inPlaceOf(world, "restic", pruned)) } });
      assert.match(report.warning ?? "", unlocked);
      assert.equal(await readFile(once, "utf8"), "");
    });
  });

  inBusybox("restores without a lock that could not be renewed for half an hour", async (world) => {
    await backedUp(world);
    const lost = `case " $* " in *" --no-lock "*) ;; *" restore "*) echo "Fatal: failed to refresh lock in time" >&2; exit 1 ;; esac; exec "$real" "$@"`;
    await restoresUnlocked(world, await inPlaceOf(world, "restic", lost), "failed to refresh lock in time");
  });

  inBusybox("says at a signal that there was no lock, where none was written", async (world) => {
    await backedUp(world);
    const server = await faultyServer(world.repository, (request) =>
      request.startsWith("POST /locks/") ? 500 : undefined,
    );
    try {
      const running = world.start("restore.sh", [], {
        env: { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${server.port}/` },
      });
      await until("a try", () => running.output().includes("restic: Save(<lock/"));
      process.kill(running.pid, "SIGTERM");
      const { exitCode, report } = await running.outcome;
      assert.equal(exitCode, 130);
      assert.match(report.message, /while restoring\. This run had no lock of the repository\.$/);
    } finally {
      server.close();
    }
  });
});

async function restoresUnlocked(
  world: World,
  env: Record<string, string>,
  reason: string,
): Promise<{ seconds: unknown }> {
  const { report } = await restored(world, 0, { env });
  assert.equal(unlocked.exec(report.warning ?? "")?.[1], reason);
  assert.deepEqual(await readFile(join(world.target, "jira.zip")), await readFile(join(world.source, "jira.zip")));
  return { seconds: report.seconds };
}

/** The world's repository on a small volume of its own. */
async function withVolume(
  world: World,
  use: (volume: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const volume = world.path("volume");
  await withMount(volume, "size=4m", async () => {
    await cp(world.repository, join(volume, "repository"), { recursive: true });
    await use(volume, { RESTIC_REPOSITORY: join(volume, "repository") });
  });
}

async function withReadOnly(world: World, use: (env: Record<string, string>) => Promise<void>): Promise<void> {
  await withVolume(world, async (volume, env) => {
    await execa("mount", ["-o", "remount,ro", volume]);
    await use(env);
    assert.deepEqual(await locks(world), await locks({ ...world, repository: join(volume, "repository") }));
  });
}
