import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "./shells";

export interface ForAnyUser {
  readonly restic: string;
  readonly scripts: string;
}

let made: Promise<ForAnyUser> | undefined;

/** restic and the scripts where every user may read them: root's home and a checkout in it are closed to others. */
export function forAnyUser(): Promise<ForAnyUser> {
  made ??= make();
  return made;
}

async function make(): Promise<ForAnyUser> {
  const folder = mkdtempSync(join(tmpdir(), "restic-backup-programs-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const [restic, scripts] = [join(folder, "restic"), join(folder, "scripts")];
  cpSync(await programPath("restic"), restic, { dereference: true });
  cpSync(join(__dirname, "..", "..", "scripts"), scripts, { recursive: true });
  chmodSync(restic, 0o755);
  return { restic, scripts };
}
