import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Address } from "./server";

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A private certificate authority, which nobody trusts unless told to. */
export interface Authority {
  readonly certificate: string;
  server(address: Address, ...names: string[]): Promise<KeyPair>;
  client(name: string): Promise<KeyPair>;
}

export async function newAuthority(): Promise<Authority> {
  const authority = await inFolder({}, async (folder) => {
    await openssl(folder, "req", "-x509", ...newKey, "-days", "30", "-subj", "/CN=e2e authority", "-out", "crt");
    return read(folder);
  });
  const issue = (subject: string, extensions: string) =>
    inFolder({ "ca.crt": authority.certificate, "ca.key": authority.key, extensions }, async (folder) => {
      await openssl(folder, "req", ...newKey, "-subj", `/CN=${subject}`, "-out", "csr");
      const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "extensions"];
      await openssl(folder, "x509", "-req", "-in", "csr", ...by, "-out", "crt");
      return read(folder);
    });
  return {
    certificate: authority.certificate,
    server: ({ host, ip }, ...names) => {
      const all = [...[host, ...names].map((name) => `DNS:${name}`), `IP:${ip}`];
      return issue("e2e server", `extendedKeyUsage=serverAuth\nsubjectAltName=${all.join(",")}`);
    },
    client: (name) => issue(name, "extendedKeyUsage=clientAuth"),
  };
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key"];

async function openssl(folder: string, ...args: string[]): Promise<void> {
  await execa("openssl", args, { cwd: folder, stdin: "ignore" });
}

function read(folder: string): KeyPair {
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  return { certificate: text("crt"), key: text("key") };
}

async function inFolder<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "e2e-certificates-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
