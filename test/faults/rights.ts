import assert from "node:assert/strict";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import type { Fault } from "./fault";
import type { Scene } from "./scene";
import { ended, withDeadline } from "./scene";
import { addressOf, serve } from "./storage";

/** Rights that are missing. */
export const rights: readonly Fault[] = [
  {
    id: "R1",
    storage: "local",
    injection: "the repository's file system is read-only",
    expected:
      "no success: 1, or 130 at the deadline of the pod, because restic tries for minutes; --list works, restic restores with --no-lock",
    inject: async (scene) => {
      await scene.mount(scene.world.repository, "--bind", scene.world.repository);
      await execa("mount", ["-o", "remount,bind,ro", scene.world.repository]);
      const seen = await readOnly(scene, {});
      await execa("mount", ["-o", "remount,bind,rw", scene.world.repository]);
      return seen;
    },
  },
  {
    id: "R1",
    storage: "S3",
    injection: "credentials that may not write (versitygw --readonly)",
    expected: "backup, prune and check end with 1, or with 130 at the pod's deadline; --list works",
    inject: async (scene) => {
      const readable = await serve(scene.world, "S3", "--readonly");
      scene.atEnd(readable.stop);
      return readOnly(scene, addressOf(scene.world, "S3", readable.port));
    },
  },
  {
    id: "R2",
    storage: "REST",
    injection: "rest-server --append-only",
    expected: "backup, check and restore work; what retention and prune may not remove is said, exit 1",
    inject: async (scene) => {
      const appendOnly = await serve(scene.world, "REST", "--append-only");
      scene.atEnd(appendOnly.stop);
      const env = addressOf(scene.world, "REST", appendOnly.port);
      await scene.good("backup.sh", { env });
      const refused = await scene.run("backup.sh", { env: { ...env, BACKUP_RETENTION: "--keep-last=1" } });
      const seen = ended(refused, 1, /is written and safe, but the retention policy could not be applied/);
      await scene.good("check.sh", { env });
      const prune = ended(await scene.run("prune.sh", { env }), [0, 1]);
      await scene.good("restore.sh", { env });
      assert.deepEqual(await manifest(scene.world.target), await manifest(scene.world.source));
      return `backup ${seen} Check and restore: 0. Prune: ${prune}`;
    },
  },
];

async function readOnly(scene: Scene, env: Record<string, string>): Promise<string> {
  const said = [];
  for (const script of ["backup.sh", "prune.sh", "check.sh"]) {
    said.push(`${script}: ${ended(await withDeadline(scene, 8, script, { env }), [1, 130]).slice(0, 120)}`);
  }
  await scene.good("restore.sh", { env, args: ["--list"] });
  const restore = await withDeadline(scene, 8, "restore.sh", { env });
  assert.notEqual(restore.exitCode, 11);
  for (const [id, files] of scene.older) {
    assert.deepEqual(await scene.restored(id), files);
  }
  return `${said.join("; ")}; restore.sh: exit ${restore.exitCode}`;
}
