import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import type { Outcome, Running, World } from "../scripts/shell-under-test";
import { until, withRepository } from "../scripts/test-repository";
import type { Storage } from "./fault";
import { addressOf, serve } from "./storage";

export interface Options {
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly asNobody?: boolean;
}

/** A repository with two nights in it, on its storage, and what was in the source on each. */
export interface Scene {
  readonly world: World;
  readonly storage: Storage;
  readonly port: number;
  readonly env: Record<string, string>;
  /** Snapshots that must outlive whatever happens, with the manifest of their source. */
  readonly older: Map<string, string[]>;
  start(script: string, options?: Options): Running;
  run(script: string, options?: Options): Promise<Outcome>;
  /** What must be green. */
  good(script: string, options?: Options): Promise<Outcome>;
  /** Ids of all snapshots, oldest first. */
  snapshots(): Promise<string[]>;
  locks(): Promise<string[]>;
  /** A file of so many random bytes in the source. */
  write(name: string, bytes: number): Promise<void>;
  restored(id: string): Promise<string[]>;
  /** Something to undo after the row, whatever came of it. */
  atEnd(undo: () => Promise<unknown>): void;
  /** Until the end of the row, or until the result is called. */
  mount(folder: string, ...options: string[]): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

export async function makeScene(world: World, storage: Storage, empty = false): Promise<Scene> {
  const undo: (() => Promise<unknown>)[] = [];
  const served = await serve(world, storage);
  undo.push(served.stop);
  const env = { BACKUP_RETENTION: "--keep-last=50", ...addressOf(world, storage, served.port) };
  const noUser = { RESTIC_REST_USERNAME: "", RESTIC_REST_PASSWORD: "" };
  const older = new Map<string, string[]>();
  // Each pod has a cache of its own, which another user could not use.
  const ownCache = (asNobody: boolean) => (asNobody ? { RESTIC_CACHE_DIR: world.path("cache-of-nobody") } : {});
  const start = (script: string, { env: more, args = [], asNobody = false }: Options = {}) =>
    world.start(script, args, { env: { ...env, ...noUser, ...ownCache(asNobody), ...more }, asNobody });
  const run = async (script: string, { env: more, args = [], asNobody = false }: Options = {}) => {
    if (!asNobody) {
      await dropForeignCache(world.path("cache"));
    }
    const outcome = await world.run(script, args, {
      env: { ...env, ...noUser, ...ownCache(asNobody), ...more },
      asNobody,
    });
    assert.equal(reports(outcome.output), 1, `one report, and no more:\n${outcome.output}`);
    return outcome;
  };
  const scene: Scene = {
    world,
    storage,
    port: served.port,
    env,
    older,
    start,
    run,
    good: async (script, options) => {
      const outcome = await run(script, options);
      assert.equal(outcome.exitCode, 0, outcome.output);
      return outcome;
    },
    snapshots: async () => {
      const listed: { id: string; paths: string[] }[] = JSON.parse(
        await world.restic("snapshots", "--no-lock", "--json"),
      );
      return listed.filter(({ paths }) => !paths[0]?.startsWith("/restic-backup-")).map(({ id }) => id);
    },
    locks: async () => {
      const folder = join(world.repository, "locks");
      // The S3 server removes folders that have become empty.
      return existsSync(folder) ? readdir(folder) : [];
    },
    write: (name, bytes) => writeFile(join(world.source, name), randomBytes(bytes)),
    restored: async (id) => {
      await rm(world.target, { recursive: true, force: true });
      await world.restic("restore", "--no-lock", `${id}:${world.source}`, "--target", world.target);
      const files = await manifest(world.target);
      await rm(world.target, { recursive: true, force: true });
      return files;
    },
    atEnd: (step) => undo.unshift(step),
    mount: async (folder, ...options) => {
      await execa("mount", [...options, folder]);
      let isMounted = true;
      const unmount = async () => {
        if (isMounted) {
          isMounted = false;
          await execa("umount", ["-l", folder]);
        }
      };
      undo.unshift(unmount);
      return unmount;
    },
    end: async () => {
      for (const step of undo) {
        await step();
      }
    },
  };
  if (!empty) {
    await withRepository(world);
    for (const night of [1, 2]) {
      await scene.write(`${night}.zip`, 300_000);
      await world.restic("backup", "--quiet", "--host", world.env.BACKUP_HOST as string, world.source);
      older.set((await scene.snapshots()).at(-1) as string, await manifest(world.source));
    }
  }
  return scene;
}

/** One that a run as another user has been given. */
async function dropForeignCache(cache: string): Promise<void> {
  if (existsSync(cache) && (await stat(cache)).uid !== 0) {
    await rm(cache, { recursive: true });
  }
}

/** Kills a script and all that it started at one blow, as a node does that loses its power. */
export async function kill(running: Running): Promise<Outcome> {
  signal(-running.pid, "SIGKILL");
  const outcome = await running.outcome;
  await until("the end of all processes", () => !signal(-running.pid, 0));
  return outcome;
}

/** Runs a script until its end, or until so many seconds, after which Kubernetes would end its pod. */
export async function withDeadline(scene: Scene, seconds: number, script: string, options?: Options): Promise<Outcome> {
  const running = scene.start(script, options);
  await Promise.race([running.outcome, sleep(seconds * 1000)]);
  signal(running.pid, "SIGTERM");
  return running.outcome;
}

/** False when there is no such process any more. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}

/** What a script said at its end, when it ended as expected. */
export function ended(outcome: Outcome, codes: number | readonly number[], words = /./): string {
  const expected = [codes].flat();
  assert.ok(
    expected.includes(outcome.exitCode ?? -1),
    `exit ${outcome.exitCode}, not ${expected.join(" or ")}:\n${outcome.output}`,
  );
  assert.match(outcome.output, words);
  const { message } = outcome.report;
  return `exit ${outcome.exitCode}: ${message.length > 150 ? `${message.slice(0, 149)}…` : message}`;
}

function reports(output: string): number {
  return output.split("\n").filter((line) => /^\{"command":/.test(line)).length;
}
