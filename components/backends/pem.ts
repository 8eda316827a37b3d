import { createPrivateKey, X509Certificate } from "node:crypto";
import type { z } from "zod";
import { without } from "../formats";

/** Certificates, one after another. */
export const certificates: z.ZodType<string> = without((pem) => {
  if (pem.includes("PRIVATE KEY-----")) {
    return "holds a private key, which is a secret: give the certificates alone";
  }
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    return "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
  }
  const broken = blocks.findIndex((block) => !parses(() => new X509Certificate(block)));
  return broken < 0 ? undefined : `holds a certificate that cannot be read: number ${broken + 1} of ${blocks.length}`;
}).transform(lines);

/** The key of a client's certificate. */
export const privateKey: z.ZodType<string> = without((pem) =>
  parses(() => createPrivateKey(pem))
    ? undefined
    : "is not a private key in PEM without passphrase, which begins with -----BEGIN PRIVATE KEY-----",
).transform(lines);

/** A key of ssh. */
export const sshPrivateKey: z.ZodType<string> = without((key) => {
  const [, body] =
    /^-----BEGIN OPENSSH PRIVATE KEY-----\s([\s\S]+)-----END OPENSSH PRIVATE KEY-----$/.exec(key.trim()) ?? [];
  if (body === undefined) {
    return parses(() => createPrivateKey(key))
      ? undefined
      : "is not a private key without passphrase, as `ssh-keygen -t ed25519 -N ''` makes one";
  }
  const cipher = cipherOf(body);
  if (cipher === undefined) {
    return "is not a whole private key: copy its file from the first line to the last";
  }
  return cipher === "none"
    ? undefined
    : "is protected by a passphrase, which nobody types at night: remove it by `ssh-keygen -p -N ''`, or make another key";
}).transform(lines);

/** What `ssh-keyscan` prints. */
export const knownHosts: z.ZodType<string> = without((text) => {
  const hosts = lines(text)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (hosts.length === 0) {
    return "holds no line: take the output of ssh-keyscan";
  }
  const wrong = hosts.find((line) => !/^(@\S+\s+)?\S+\s+[-@.a-z0-9]+\s+[A-Za-z0-9+/]+=*(\s.*)?$/.test(line));
  return wrong === undefined ? undefined : "has a line that is not: names, type of key, key";
}).transform(lines);

/** ssh reads a key with no other line ends, and with none of them missing. */
function lines(text: string): string {
  return `${text.trim().replace(/\r\n?/g, "\n")}\n`;
}

/**
 * The cipher of a key that is whole: magic, then cipher, derivation and its options, number of keys, public and private
 * key. https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key
 */
function cipherOf(body: string): string | undefined {
  const bytes = Buffer.from(body, "base64");
  const magic = Buffer.from("openssh-key-v1\0");
  const fields: string[] = [];
  let end = magic.length;
  for (const before of [0, 0, 0, 4, 0]) {
    const start = end + before + 4;
    if (start > bytes.length) {
      return undefined;
    }
    end = start + bytes.readUInt32BE(start - 4);
    fields.push(bytes.toString("latin1", start, end));
  }
  return bytes.indexOf(magic) === 0 && end <= bytes.length ? fields[0] : undefined;
}

function parses(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
