import { randomBytes } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { programPath, shells } from "../test/scripts/shells";

export interface Cost {
  readonly seconds: number;
  /** User and system time of it and all that it started. */
  readonly cpu: number;
}

/** A kind of night, by what retention does in it, with a repository of its own. */
export interface Night {
  readonly name: string;
  /** One run of backup.sh. */
  script(): Promise<Cost>;
  /** One run of the restic commands that such a night cannot do without. */
  restic(): Promise<Cost>;
  /** The arguments of each restic that a run of backup.sh starts. */
  openings(): Promise<readonly string[]>;
}

const list = "forget --dry-run --json --group-by host,paths";

/** Before anything is removed, the list shows what forbids it: damage, or a source that has shrunk. */
const kinds = [
  { name: "removes nothing", rule: "--keep-last=1000", retention: [list] },
  { name: "removes the oldest snapshot", rule: "--keep-last=3", retention: [list, "forget --group-by host,paths"] },
];

/** The image's shell with nothing beside it but its applets, restic and jq; and 1 GiB to back up. */
export async function prepare(folder: string): Promise<readonly Night[]> {
  const [bin, source] = [join(folder, "bin"), join(folder, "export")];
  await Promise.all([bin, source].map((name) => mkdir(name)));
  for (let file = 0; file < 8; file++) {
    await writeFile(join(source, `export-${file}.zip`), randomBytes(128 * 1024 * 1024));
  }
  await shells[0]?.fillBin(bin);
  await Promise.all(["restic", "jq"].map(async (name) => symlink(await programPath(name), join(bin, name))));
  return await Promise.all(kinds.map((kind) => prepareNight(folder, kind)));
}

async function prepareNight(folder: string, { name, rule, retention }: (typeof kinds)[number]): Promise<Night> {
  const [bin, source, own] = [join(folder, "bin"), join(folder, "export"), join(folder, name.replaceAll(" ", "-"))];
  const path = (of: string) => join(own, of);
  await mkdir(own);
  await Promise.all(["tmp", "counting"].map((of) => mkdir(path(of))));
  await writeFile(path("password"), "the password\n");
  const env = {
    PATH: bin,
    HOME: path("tmp"),
    TMPDIR: path("tmp"),
    RESTIC_REPOSITORY: path("repository"),
    RESTIC_PASSWORD_FILE: path("password"),
    RESTIC_CACHE_DIR: path("cache"),
    RESTIC_PROGRESS_FPS: "0.0166",
    BACKUP_HOST: "jira-backup",
    BACKUP_PATH: source,
    BACKUP_RETENTION: rule,
  };
  await execa("restic", ["init"], { env });
  const commands = [`backup --json --host jira-backup ${source}`, ...retention.map((command) => `${command} ${rule}`)]
    .map((command) => `restic ${command} >$TMPDIR/stdout 2>$TMPDIR/stderr </dev/null`)
    .join(" && ");
  const time = async (command: readonly string[], PATH = bin): Promise<Cost> => {
    // Of the shell that waits for it: `times` shows what its children used.
    const timed = `"$@" >${path("output")} 2>&1; code=$?; times >${path("times")}; exit $code`;
    const began = process.hrtime.bigint();
    await execa(join(bin, "sh"), ["-c", timed, "sh", join(bin, "sh"), ...command], {
      env: { ...env, PATH },
      extendEnv: false,
      stdin: "ignore",
    });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const [, ofChildren] = (await readFile(path("times"), "utf8")).trim().split("\n");
    const parts = [...(ofChildren ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
    return { seconds, cpu: parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0) };
  };
  const script = (PATH?: string) => time([join(__dirname, "..", "scripts", "backup.sh")], PATH);
  return {
    name,
    script: () => script(),
    restic: () => time(["-c", commands]),
    openings: async () => {
      const log = path("openings");
      const counting = `#!${join(bin, "sh")}\necho "$*" >>${log}\nexec ${join(bin, "restic")} "$@"\n`;
      await writeFile(join(path("counting"), "restic"), counting, { mode: 0o755 });
      await script(`${path("counting")}:${bin}`);
      return (await readFile(log, "utf8")).trim().replaceAll(folder, "").split("\n");
    },
  };
}
