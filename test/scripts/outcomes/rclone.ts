import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../checked-report";
import { filesIn, startS3 } from "../servers/programs";
import { programPath } from "../shells";
import type { Row, Scene } from "./row";

export async function rcloneRows(scene: Scene): Promise<Row[]> {
  const root = { access: "root-access-key", secret: secrets[1] as string };
  const [folder, buckets] = await Promise.all(["rclone", "rclone-buckets"].map((name) => scene.folder(name)));
  const server = await startS3(buckets as string, root);
  scene.onEnd(server.stop);
  const remote = (name: string, secret: string) =>
    `[${name}]\ntype = s3\nprovider = Other\nendpoint = http://127.0.0.1:${server.port}\n` +
    `access_key_id = ${root.access}\nsecret_access_key = ${secret}\n`;
  const config = join(folder as string, "rclone.conf");
  await writeFile(config, remote("storage", root.secret) + remote("mistyped", "another"));
  await mkdir(join(folder as string, "empty"));
  const program = await programPath("rclone");
  const row = (wrong: string, address: string, rclone = program, file = config): Row => ({
    backend: "rclone",
    wrong,
    limit: 8,
    env: {
      RESTIC_REPOSITORY: `rclone:${address}`,
      RESTIC_OPTIONS: `--option=rclone.program=${rclone}\n--option=rclone.args=serve restic --stdio --retries 1 --low-level-retries 1`,
      RCLONE_CONFIG: file,
    },
    stored: async () => [...(await server.stored()), ...(await filesIn(join(folder as string, "empty")))],
  });
  return [
    row("rclone is not there", "storage:backup/jira", "/opt/rclone/rclone"),
    row("rclone.conf has no such remote", "stroage:backup/jira"),
    row("rclone.conf is missing", "storage:backup/jira", program, join(folder as string, "empty", "rclone.conf")),
    row("the bucket does not exist", "storage:backup/jira"),
    row("the secret access key is wrong", "mistyped:backup/jira"),
  ];
}
