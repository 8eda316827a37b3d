import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key as `ssh-keygen` makes it. */
export function sshKey(passphrase = "", ...options: string[]): { key: string; publicKey: string } {
  return inFolder((folder) => {
    const file = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-a", "1", ...options, "-N", passphrase, "-f", file]);
    return { key: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8") };
  });
}

/** A certificate that signs itself, and its key, as `openssl` makes them. */
export function certificate(name: string): { certificate: string; key: string } {
  return inFolder((folder) => {
    const [cert, key] = [join(folder, "cert"), join(folder, "key")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...kind, "-subj", `/CN=${name}`, "-keyout", key, "-out", cert], {
      stdio: "pipe",
    });
    return { certificate: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  });
}

/** Whether ssh itself can read a key. */
export function sshReads(key: string): boolean {
  return inFolder((folder) => {
    const file = join(folder, "key");
    writeFileSync(file, key, { mode: 0o600 });
    return spawnSync("ssh-keygen", ["-y", "-P", "", "-f", file]).status === 0;
  });
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "restic-backup-keys-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
