import assert from "node:assert/strict";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeKeyCheap } from "../scripts/cheap-key";
import { secrets } from "../scripts/checked-report";
import type { Fault, Storage } from "./fault";
import { everyStorage, onEach } from "./fault";
import { proxyTo } from "./proxy";
import type { Scene } from "./scene";
import { ended } from "./scene";
import { addressOf } from "./storage";
import { neverInit, unreachable } from "./unreachable";

const servers: readonly Storage[] = ["REST", "S3"];

/** Init, and whatever looks like a missing repository. */
export const initialization: readonly Fault[] = [
  ...onEach(everyStorage, {
    id: "I1",
    empty: true,
    injection: "2 to 10 inits at once",
    within: 600,
    expected: "no init says 0 where there are several keys, and the next one says what happened",
    inject: inits,
  }),
  ...onEach(servers, {
    id: "I2",
    empty: true,
    injection: "the connection breaks between the key and the config",
    expected: "exit 1, and the next init recognises the half, names keys/, and changes nothing",
    inject: halfInit,
  }),
  ...servers.flatMap((storage) => unreachable.map((row) => ({ id: "I3", storage, ...row, inject: neverInit(row) }))),
  {
    id: "I4",
    storage: "local",
    injection: "the volume of the repository is not mounted",
    expected: "every script ends with 1, and nothing is made",
    inject: async (scene) => {
      await rename(scene.world.repository, scene.world.path("away"));
      await mkdir(scene.world.repository);
      for (const script of allScripts) {
        ended(
          await scene.run(script, { env: { BACKUP_REPOSITORY_MOUNT: scene.world.repository } }),
          1,
          /is not mounted/,
        );
      }
      assert.deepEqual(await readdir(scene.world.repository), []);
      await rm(scene.world.repository, { recursive: true });
      await rename(scene.world.path("away"), scene.world.repository);
      return `${allScripts.join(", ")}: exit 1, and nothing was made`;
    },
  },
  ...onEach(everyStorage, {
    id: "I4",
    injection: "a wrong prefix, with the repository's id given",
    expected: "every script ends with 10, and nothing is made",
    inject: async (scene) => {
      const { id } = JSON.parse(await scene.world.restic("cat", "config"));
      const wrong = `${scene.env.RESTIC_REPOSITORY?.replace(/\/$/, "")}/wrong`;
      for (const script of allScripts) {
        ended(await scene.run(script, { env: { RESTIC_REPOSITORY: wrong, BACKUP_REPOSITORY_ID: id } }), 10, /vanished/);
      }
      assert.ok(!(await readdir(scene.world.repository)).includes("wrong"));
      return `${allScripts.join(", ")}: exit 10, and nothing was made`;
    },
  }),
  ...onEach(everyStorage, {
    id: "I4",
    injection: "another repository at the same place",
    expected: "every script ends with 66, and the other one stays as it is",
    inject: async (scene) => {
      const before = await readdir(scene.world.repository, { recursive: true });
      for (const script of allScripts) {
        ended(await scene.run(script, { env: { BACKUP_REPOSITORY_ID: "a".repeat(64) } }), 66);
      }
      assert.deepEqual(await readdir(scene.world.repository, { recursive: true }), before);
      return `${allScripts.join(", ")}: exit 66, nothing changed`;
    },
  }),
];

const allScripts = ["init.sh", "backup.sh", "prune.sh", "check.sh", "restore.sh"];

async function inits(scene: Scene): Promise<string> {
  let reported = 0;
  for (let atOnce = 2; atOnce <= 10; atOnce++) {
    await rm(scene.world.repository, { recursive: true, force: true });
    if (scene.storage === "S3") {
      await mkdir(scene.world.repository);
    }
    // Each pod has a file of its own for its report.
    const env = { BACKUP_CONFIRM_WAIT: "0", BACKUP_REPORT_FILE: "/dev/null" };
    const running = Array.from({ length: atOnce }, () => scene.start("init.sh", { env }));
    const outcomes = await Promise.all(running.map(({ outcome }) => outcome));
    const keys = await readdir(join(scene.world.repository, "keys"));
    const said = outcomes.map(({ report }) => report.message).join("\n");
    const good = outcomes.filter(({ exitCode }) => exitCode === 0).length;
    if (keys.length > 1) {
      reported++;
      assert.equal(good, 0, `an init said 0, and there are ${keys.length} keys`);
      ended(await scene.run("init.sh"), 1, /two inits ran at once|half initialized/i);
    } else {
      assert.ok(good > 0, `one key, and nobody said 0:\n${said}`);
    }
  }
  // What the message says a human should do.
  await rm(scene.world.repository, { recursive: true });
  if (scene.storage === "S3") {
    await mkdir(scene.world.repository);
  }
  await scene.good("init.sh");
  makeKeyCheap(scene.world.repository, secrets[0] as string);
  return `several keys were never reported as good${reported > 0 ? "" : ", nor were there several"} (9 rounds)`;
}

async function halfInit(scene: Scene): Promise<string> {
  if (scene.storage === "S3") {
    await mkdir(scene.world.repository);
  }
  const proxy = await proxyTo(scene.port, { breaksAt: /^(POST|PUT) \/repository\/config/ });
  scene.atEnd(proxy.close);
  const env = addressOf(scene.world, scene.storage, proxy.port);
  const broken = await scene.run("init.sh", { env: { ...env, BACKUP_PROBE_TIMEOUT: "6" } });
  ended(broken, 1);
  const half = await readdir(scene.world.repository, { recursive: true });
  assert.ok(
    half.some((name) => name.startsWith("keys/")) && !half.includes("config"),
    `${half.join(" ")}\n${broken.output}`,
  );
  const seen = ended(await scene.run("init.sh"), 1, /half initialized.*keys\//);
  assert.deepEqual(await readdir(scene.world.repository, { recursive: true }), half);
  await rm(join(scene.world.repository, "keys"), { recursive: true });
  if (scene.storage === "REST") {
    await mkdir(join(scene.world.repository, "keys"));
  }
  await scene.good("init.sh");
  return `exit 1, then ${seen}`;
}
