import { createPrivateKey, X509Certificate } from "node:crypto";
import type { z } from "zod";
import { without } from "../formats";

/** Certificates, one after another. */
export const certificates: z.ZodType<string> = without((pem) => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    return "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
  }
  const broken = blocks.findIndex((block) => !parses(() => new X509Certificate(block)));
  return broken < 0 ? undefined : `holds a certificate that cannot be read: number ${broken + 1} of ${blocks.length}`;
});

/** The key of a client's certificate. */
export const privateKey: z.ZodType<string> = without((pem) =>
  parses(() => createPrivateKey(pem))
    ? undefined
    : "is not a private key in PEM without passphrase, which begins with -----BEGIN PRIVATE KEY-----",
);

/** A key of ssh, with the line end that ssh insists on. */
export const sshPrivateKey: z.ZodType<string> = without((key) => {
  const [, body] =
    /^-----BEGIN OPENSSH PRIVATE KEY-----\s([\s\S]+)-----END OPENSSH PRIVATE KEY-----\s*$/.exec(key) ?? [];
  if (body === undefined) {
    return parses(() => createPrivateKey(key))
      ? undefined
      : "is not a private key without passphrase, as `ssh-keygen -t ed25519 -N ''` makes one";
  }
  return cipherOf(body) === "none"
    ? undefined
    : "is protected by a passphrase, which nobody types at night: remove it by `ssh-keygen -p -N ''`, or make another key";
}).transform((key) => `${key.trim()}\n`);

/** What `ssh-keyscan` prints. */
export const knownHosts: z.ZodType<string> = without((text) => {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length === 0) {
    return "holds no line: take the output of ssh-keyscan";
  }
  const wrong = lines.find((line) => !/^(@\S+\s+)?\S+\s+[-@.a-z0-9]+\s+[A-Za-z0-9+/]+=*(\s.*)?$/.test(line));
  return wrong === undefined ? undefined : "has a line that is not: names, type of key, key";
}).transform((text) => `${text.trim()}\n`);

/** https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key: magic, then the name of the cipher. */
function cipherOf(body: string): string {
  const bytes = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0".length;
  const length = bytes.length > magic + 4 ? bytes.readUInt32BE(magic) : 0;
  return bytes.subarray(magic + 4, magic + 4 + length).toString("latin1");
}

function parses(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
