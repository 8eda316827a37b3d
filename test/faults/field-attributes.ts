import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { forAnyUser } from "../scripts/for-any-user";
import { manifest } from "../scripts/manifest";
import { programPath } from "../scripts/programs";
import { withRights } from "../scripts/rights";
import type { Fault } from "./fault";
import { CouldNotRun } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** Attributes, owners, modes and special files that a restore with the rights of the pods may or may not set. */
export const fieldAttributes: readonly Fault[] = [
  {
    id: "rB1",
    storage: "local",
    injection: "a file with security.capability",
    expected: "4: all contents are in place, and what could not be set is said",
    inject: async (scene) => {
      await scene.write("program", 5000);
      const path = join(scene.world.source, "program");
      await execa("setcap", ["cap_net_bind_service+ep", path]).catch((error) => {
        throw new CouldNotRun(`no such attribute can be set here: ${error.shortMessage}`);
      });
      return contentsInPlace(scene, "program");
    },
  },
  {
    id: "rB2",
    storage: "local",
    injection: "a target whose file server refuses chown (root without CAP_CHOWN), and files of user 2001",
    expected: "4: all contents are in place, and what could not be set is said",
    inject: withoutChown,
  },
  {
    id: "rB3",
    storage: "local",
    injection: "a character device",
    expected: "4: all contents are in place, and what could not be made is said",
    inject: async (scene) => {
      await execa("mknod", [join(scene.world.source, "null"), "c", "1", "3"]).catch((error) => {
        throw new CouldNotRun(`no device can be made here: ${error.shortMessage}`);
      });
      return contentsInPlace(scene, "null");
    },
  },
  {
    id: "rB4",
    storage: "local",
    injection: "a directory of mode 2775, as every volume with fsGroup has",
    expected: "it comes back with this mode",
    inject: async (scene) => {
      const folder = join(scene.world.source, "shared");
      await mkdir(folder);
      await writeFile(join(folder, "x"), "x");
      await chown(folder, 2001, 2002);
      await chmod(folder, 0o2775);
      await scene.good("backup.sh");
      await scene.good("restore.sh");
      const { mode, uid, gid } = await stat(join(scene.world.target, "shared"));
      assert.deepEqual([mode & 0o7777, uid, gid], [0o2775, 2001, 2002]);
      await rm(scene.world.target, { recursive: true });
      return "2775, with its owner and group";
    },
  },
  {
    id: "rB17",
    storage: "local",
    injection: "a restore as root of what belongs to user 2001, into a volume of that user, twice",
    expected: "the directories that are made belong to that user",
    inject: ownedVolume,
  },
];

/** All but that one is in place, byte for byte; it may lack what root's pod may not set. */
async function contentsInPlace(scene: Scene, odd: string): Promise<string> {
  await scene.good("backup.sh");
  const outcome = await scene.run("restore.sh");
  const seen = ended(outcome, 4);
  const name = Buffer.from(odd).toString("hex");
  const others = (lines: string[]) => lines.filter((line) => !line.startsWith(`${name} `));
  assert.deepEqual(others(await manifest(scene.world.target)), others(await manifest(scene.world.source)));
  if (odd === "program") {
    const [restored, source] = await Promise.all(
      [scene.world.target, scene.world.source].map((root) => readFile(join(root, odd))),
    );
    assert.ok(restored?.equals(source as Buffer));
  }
  await rm(scene.world.target, { recursive: true });
  await rm(join(scene.world.source, odd));
  return seen;
}

async function withoutChown(scene: Scene): Promise<string> {
  const { world } = scene;
  for (const name of await readdir(world.source)) {
    await chown(join(world.source, name), 2001, 2001);
  }
  await scene.good("backup.sh");
  const [program = "", ...words] = [
    ...withRights(await programPath("setpriv"), ["fowner", "fsetid", "dac_override"]),
    world.path("bin/sh"),
    join((await forAnyUser()).scripts, "restore.sh"),
  ];
  const options = { env: { ...world.env, ...scene.env }, extendEnv: false, reject: false, all: true } as const;
  const { exitCode, all } = await execa(program, words, { ...options, stdin: "ignore" });
  assert.equal(exitCode, 4, all);
  for (const name of await readdir(world.source)) {
    const [restored, source] = await Promise.all(
      [world.target, world.source].map((root) => readFile(join(root, name))),
    );
    assert.ok(restored?.equals(source as Buffer), `${name} is another file`);
  }
  await rm(world.target, { recursive: true });
  const { message } = JSON.parse(all.trimEnd().split("\n").at(-1) as string) as { message: string };
  return `exit 4: ${message.slice(0, 150)}`;
}

async function ownedVolume(scene: Scene): Promise<string> {
  const volume = scene.world.path("volume");
  await mkdir(volume);
  await chown(volume, 2001, 2001);
  await chown(scene.world.source, 2001, 2001);
  await scene.good("backup.sh");
  const env = { RESTORE_PATH: join(volume, "import") };
  await scene.good("restore.sh", { env });
  await scene.good("restore.sh", { env });
  const aside = (await readdir(env.RESTORE_PATH)).filter((name) => name.startsWith("before-restore-"));
  assert.equal(aside.length, 1);
  for (const made of [env.RESTORE_PATH, join(env.RESTORE_PATH, aside[0] as string)]) {
    assert.equal((await stat(made)).uid, 2001, made);
  }
  return "import and before-restore-… belong to user 2001";
}
