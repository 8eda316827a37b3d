import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { secrets } from "../checked-report";
import { filesIn } from "../servers/programs";
import { emptyRepository } from "../test-repository";
import type { Row, Scene } from "./row";

export async function localRows(scene: Scene): Promise<Row[]> {
  const [empty, full, half, readOnly] = await Promise.all([
    scene.folder("local-empty"),
    scene.folder("local-full"),
    scene.folder("local-half"),
    scene.folder("local-read-only"),
  ]);
  const repository = join(full, "backup");
  await cp(await emptyRepository(), repository, { recursive: true });
  await cp(join(repository, "keys"), join(half, "backup", "keys"), { recursive: true });
  await writeFile(join(readOnly, "another-password"), "another password");
  const row = (wrong: string, folder: string, env: Record<string, string> = {}): Row => ({
    backend: "local",
    wrong,
    env: { RESTIC_REPOSITORY: join(folder, "backup"), ...env },
    stored: () => filesIn(folder),
  });
  const mount = join(readOnly, "mount");
  await mkdir(mount);
  await execa("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", mount]);
  scene.onEnd(() => execa("umount", [mount]));
  return [
    row("the volume is not mounted", empty, { BACKUP_REPOSITORY_MOUNT: empty }),
    row("the volume is read-only", mount, { BACKUP_REPOSITORY_MOUNT: mount }),
    row("the password is another one", full, { RESTIC_PASSWORD_FILE: join(readOnly, "another-password") }),
    row("another repository is there", full, { BACKUP_REPOSITORY_ID: "0".repeat(64) }),
    row("the repository is gone", empty, { BACKUP_REPOSITORY_ID: "0".repeat(64) }),
    row("an init was killed half-way", half),
    row("the address holds a password", empty, {
      RESTIC_REPOSITORY: `rest:https://jira:${secrets[2]}@backup.example.com/jira`,
    }),
  ];
}
