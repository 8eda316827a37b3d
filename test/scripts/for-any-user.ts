import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageProgram, programPath } from "./programs";

export interface ForAnyUser {
  /** That of all others, for more of the kind. */
  readonly folder: string;
  readonly restic: string;
  readonly busybox: string;
  readonly jq: string;
  readonly scripts: string;
}

let made: Promise<ForAnyUser> | undefined;

/** Our programs and the scripts where every user may read them: root's home and a checkout in it are closed to others. */
export function forAnyUser(): Promise<ForAnyUser> {
  made ??= make();
  return made;
}

async function make(): Promise<ForAnyUser> {
  const programs = await Promise.all([programPath("restic"), imageProgram("busybox"), imageProgram("jq")]);
  const folder = mkdtempSync(join(tmpdir(), "restic-backup-programs-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const [restic, busybox, jq] = ["restic", "busybox", "jq"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const [index, copy] of [restic, busybox, jq].entries()) {
    cpSync(programs[index] as string, copy, { dereference: true });
    chmodSync(copy, 0o755);
  }
  const scripts = join(folder, "scripts");
  cpSync(join(__dirname, "..", "..", "scripts"), scripts, { recursive: true });
  return { folder, restic, busybox, jq, scripts };
}
