import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A key file of restic: the repository's master key, encrypted with the password. */
interface KeyFile {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly data: string;
}

/**
 * Replaces the only key of a local repository by one with the same password that costs nothing to derive. restic makes
 * keys that cost half a second and 60 MiB each time that a repository is opened, and takes whatever cost a key names.
 * Formats: https://github.com/restic/restic/blob/master/doc/design.rst
 */
export function makeKeyCheap(repository: string, password: string): void {
  const keys = join(repository, "keys");
  const { name, old, master } = openKey(keys, password);
  const costs = { ...old, N: 2, r: 1, p: 1, salt: randomBytes(64).toString("base64") };
  const cheap = JSON.stringify({ ...costs, data: encrypted(master, derived(costs, password)).toString("base64") });
  writeFileSync(join(keys, createHash("sha256").update(cheap).digest("hex")), cheap, { mode: 0o600 });
  rmSync(join(keys, name));
}

/** What restic would write into a file of the repository, encrypted with its master key. */
export function sealed(text: string, repository: string, password: string): Buffer {
  return sealer(repository, password)(text);
}

/** The same for many files: the key is derived once. */
export function sealer(repository: string, password: string): (text: string) => Buffer {
  const { encrypt, mac } = JSON.parse(openKey(join(repository, "keys"), password).master.toString());
  const [encryption, macK, macR] = [encrypt, mac.k, mac.r].map((bytes: string) => Buffer.from(bytes, "base64"));
  return (text) => encrypted(Buffer.from(text), { encryption, macK, macR } as Key);
}

function openKey(keys: string, password: string): { name: string; old: KeyFile; master: Buffer } {
  const [name, ...others] = readdirSync(keys);
  if (name === undefined || others.length > 0) {
    throw new Error(`${keys} must hold one key`);
  }
  const old: KeyFile = JSON.parse(readFileSync(join(keys, name), "utf8"));
  return { name, old, master: decrypted(Buffer.from(old.data, "base64"), derived(old, password)) };
}

interface Key {
  readonly encryption: Buffer;
  readonly macK: Buffer;
  readonly macR: Buffer;
}

function derived({ N, r, p, salt }: Pick<KeyFile, "N" | "r" | "p" | "salt">, password: string): Key {
  const bytes = scryptSync(password, Buffer.from(salt, "base64"), 64, { N, r, p, maxmem: 256 * N * r + 1_000_000 });
  return { encryption: bytes.subarray(0, 32), macK: bytes.subarray(32, 48), macR: bytes.subarray(48, 64) };
}

/** Nonce, text, and a code that tells whether the key was right. */
function encrypted(text: Buffer, key: Key): Buffer {
  const nonce = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", key.encryption, nonce);
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, ciphertext, mac(ciphertext, nonce, key)]);
}

function decrypted(data: Buffer, key: Key): Buffer {
  const [nonce, ciphertext] = [data.subarray(0, 16), data.subarray(16, -16)];
  if (!mac(ciphertext, nonce, key).equals(data.subarray(-16))) {
    throw new Error("wrong password, or this is not how restic encrypts its keys");
  }
  const decipher = createDecipheriv("aes-256-ctr", key.encryption, nonce);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

/** Poly1305-AES: https://cr.yp.to/mac/poly1305-20050329.pdf */
function mac(message: Buffer, nonce: Buffer, { macK, macR }: Key): Buffer {
  const aes = createCipheriv("aes-128-ecb", macK, null).setAutoPadding(false);
  const s = littleEndian(aes.update(nonce));
  const r = littleEndian(macR) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  const prime = 2n ** 130n - 5n;
  let sum = 0n;
  for (let start = 0; start < message.length; start += 16) {
    const block = Buffer.concat([message.subarray(start, start + 16), Buffer.from([1])]);
    sum = ((sum + littleEndian(block)) * r) % prime;
  }
  const code = (sum + s) & (2n ** 128n - 1n);
  return Buffer.from(code.toString(16).padStart(32, "0"), "hex").reverse();
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}
