import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { environment } from "../../../sandbox/environment";
import { makeKeyCheap } from "../cheap-key";
import { secrets } from "../checked-report";
import { programPath } from "../programs";
import { withRights } from "../rights";

/** The last commit of the scripts before they were rebuilt. */
const commit = "23a21ab";
/** Snapshots hold their path, so the source is where the test puts it. */
export const oldPath = "/dev/shm/restic-backup-old-export";

/**
 * Made the archives beside this file, with the scripts of that commit: `npx ts-node test/scripts/old-repository/make.ts`.
 * Each repository holds a complete snapshot, a newer partial one and a note that part 2 of 7 is good. In one damage is
 * recorded; in the other it is cleared, on an append-only server, so that both notes are still there.
 */
async function main(): Promise<void> {
  Object.assign(process.env, await environment());
  const folder = mkdtempSync(join(tmpdir(), "old-repository-"));
  const scripts = join(folder, "scripts");
  const repository = join(folder, "repository");
  mkdirSync(scripts);
  mkdirSync(oldPath);
  const names = execaSync("git", ["ls-tree", "--name-only", commit, "scripts/"]).stdout.split("\n");
  for (const name of names) {
    writeFileSync(join(folder, name), execaSync("git", ["show", `${commit}:${name}`]).stdout.concat("\n"));
  }
  writeFileSync(join(folder, "password"), `${secrets[0]}\n`);
  writeFileSync(join(folder, "report"), "");
  const env = {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD_FILE: join(folder, "password"),
    RESTIC_CACHE_DIR: join(folder, "cache"),
    BACKUP_HOST: "jira-backup",
    BACKUP_PATH: oldPath,
    BACKUP_CONFIRM_WAIT: "1",
    BACKUP_REPORT_FILE: join(folder, "report"),
  };
  const setpriv = await programPath("setpriv");
  const run = (code: number, script: string, args: readonly string[] = [], more = {}) => {
    const [program = "", ...words] = [...withRights(setpriv, []), "sh", join(scripts, script), ...args];
    const { exitCode, all } = execaSync(program, words, { env: { ...env, ...more }, all: true, reject: false });
    if (exitCode !== code) {
      throw new Error(`${script} ended with ${exitCode}, and not with ${code}: ${all}`);
    }
  };
  try {
    run(0, "init.sh");
    makeKeyCheap(repository, secrets[0] as string);
    writeFileSync(join(oldPath, "old.zip"), "of the complete snapshot");
    run(0, "backup.sh");
    writeFileSync(join(oldPath, "unreadable"), "", { mode: 0o000 });
    execaSync("chown", ["1234", join(oldPath, "unreadable")]);
    run(3, "backup.sh");
    run(0, "check.sh");
    run(0, "check.sh");

    const data = join(repository, "data");
    const [pack] = readdirSync(data).flatMap((name) =>
      readdirSync(join(data, name)).map((file) => join(data, name, file)),
    );
    const good = readFileSync(pack as string);
    chmodSync(pack as string, 0o600);
    writeFileSync(pack as string, Buffer.concat([good.subarray(0, 10), Buffer.alloc(50), good.subarray(60)]));
    run(67, "check.sh", [], { BACKUP_CHECK_PARTS: "1" });
    writeFileSync(pack as string, good);
    archive("damaged", folder);

    const port = "18999";
    const server = execaSync("sh", [
      "-c",
      `rest-server --no-auth --append-only --path ${folder} --listen 127.0.0.1:${port} >/dev/null 2>&1 & echo $!`,
    ]);
    try {
      execaSync("sleep", ["1"]);
      run(0, "check.sh", ["--clear-damage"], { RESTIC_REPOSITORY: `rest:http://127.0.0.1:${port}/repository/` });
    } finally {
      process.kill(Number(server.stdout));
    }
    archive("cleared", folder);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(oldPath, { recursive: true });
  }
}

function archive(name: string, folder: string): void {
  execaSync("tar", [
    "-C",
    folder,
    "--sort=name",
    "--owner=0",
    "--group=0",
    "-czf",
    join(__dirname, `${name}.tar.gz`),
    "repository",
  ]);
}

if (require.main === module) {
  void main();
}
