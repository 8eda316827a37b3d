import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import * as pem from "../../components/backends/pem";
import { certificate, sshKey, sshReads } from "../support/keys";

function reason(schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } } }, value: unknown) {
  return schema.safeParse(value).error?.issues.map(({ message }) => message);
}

const windows = (text: string) => text.replaceAll("\n", "\r\n");
const pasted = (text: string) => `\n${text.trimEnd()}`;
const middleLost = (text: string) =>
  text
    .split("\n")
    .filter((_, number) => number !== 2)
    .join("\n");

describe("sshPrivateKey", () => {
  const { key, publicKey } = sshKey();
  const pkcs8 = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

  const accepted: [string, string][] = [
    ["OpenSSH's own format", key],
    ["RSA in OpenSSH's format", sshKey("", "-t", "rsa", "-b", "2048").key],
    ["RSA in PEM of old", sshKey("", "-t", "rsa", "-b", "2048", "-m", "PEM").key],
    ["PKCS #8", pkcs8.privateKey],
  ];
  for (const [what, text] of accepted) {
    it(`accepts ${what}, and leaves it as it is`, () => {
      assert.equal(pem.sshPrivateKey.parse(text), text);
    });
  }

  const mended: [string, string][] = [
    ["line ends of Windows", windows(key)],
    ["no line end at the end", pasted(key)],
  ];
  for (const [what, text] of mended) {
    it(`mends ${what}, with which ssh refuses the key`, () => {
      assert.equal(sshReads(text), false);
      assert.equal(sshReads(pem.sshPrivateKey.parse(text)), true);
    });
  }

  const passphrase =
    "is protected by a passphrase, which nobody types at night: remove it by `ssh-keygen -p -N ''`, or make another key";
  const noKey = "is not a private key without passphrase, as `ssh-keygen -t ed25519 -N ''` makes one";
  const notWhole = "is not a whole private key: copy its file from the first line to the last";
  const frame = (body: string) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const refused: [string, unknown, string][] = [
    ["a passphrase", sshKey("hunter2").key, passphrase],
    ["a passphrase in PEM of old", sshKey("hunter2", "-t", "rsa", "-b", "2048", "-m", "PEM").key, noKey],
    ["a key that lost a line", middleLost(key), notWhole],
    ["garbage in its frame", frame("garbage"), notWhole],
    ["longer garbage in its frame", frame("garbage ".repeat(40)), notWhole],
    ["nothing in its frame", frame(""), notWhole],
    ["a key without its last line", key.slice(0, 200), noKey],
    ["a public key", publicKey, noKey],
    ["the path of a key", "~/.ssh/id_ed25519", noKey],
    ["an empty text", "", noKey],
    ["a number", 5, "must be a string"],
  ];
  for (const [what, value, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(reason(pem.sshPrivateKey, value), [expected]);
    });
  }
});

describe("knownHosts", () => {
  const line = "nas ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIENqtaLZaVbQcye4r9gesr7bktVsU9Hp8pB3BjEq8+iM";

  const accepted: [string, string, string][] = [
    ["what ssh-keyscan prints", `# nas:22 SSH-2.0-OpenSSH_9.2\n${line}\n`, `# nas:22 SSH-2.0-OpenSSH_9.2\n${line}\n`],
    ["a comment behind the key", `${line} root@nas\n`, `${line} root@nas\n`],
    [
      "an authority",
      `@cert-authority *.example.com ${line.slice(4)}\n`,
      `@cert-authority *.example.com ${line.slice(4)}\n`,
    ],
    ["hashed names", `|1|aaaa=|bbbb= ${line.slice(4)}`, `|1|aaaa=|bbbb= ${line.slice(4)}\n`],
    ["keys on security tokens", "nas sk-ssh-ed25519@openssh.com AAAA", "nas sk-ssh-ed25519@openssh.com AAAA\n"],
    ["line ends of Windows", `${line} root@nas\r\n${line}\r\n`, `${line} root@nas\n${line}\n`],
  ];
  for (const [what, text, expected] of accepted) {
    it(`accepts ${what}`, () => {
      assert.equal(pem.knownHosts.parse(text), expected);
    });
  }

  const refused: [string, string, string][] = [
    ["nothing", " \n", "holds no line: take the output of ssh-keyscan"],
    ["comments only", "# nas:22 SSH-2.0-OpenSSH_9.2\n", "holds no line: take the output of ssh-keyscan"],
    ["a fingerprint", "SHA256:abc", "has a line that is not: names, type of key, key"],
    ["a key without names", line.slice(4), "has a line that is not: names, type of key, key"],
    ["one bad line among good ones", `${line}\nwhat?\n`, "has a line that is not: names, type of key, key"],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(reason(pem.knownHosts, text), [expected]);
    });
  }
});

describe("certificates and privateKey", () => {
  const { certificate: cert, key } = certificate("one");
  const other = certificate("other");

  it("accept what openssl makes, alone and one after another", () => {
    for (const text of [cert, cert + other.certificate, `subject=CN = one\n${cert}`]) {
      assert.equal(pem.certificates.parse(text), text);
    }
    assert.equal(pem.privateKey.parse(key), key);
  });

  it("mend line ends, so that certificate and key can stand in one file", () => {
    for (const spoilt of [windows, pasted]) {
      assert.equal(pem.certificates.parse(spoilt(cert)), cert);
      assert.equal(pem.privateKey.parse(spoilt(key)), key);
    }
  });

  const noCertificate = "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
  const leaked = "holds a private key, which is a secret: give the certificates alone";
  const unreadable = (which: string) => `holds a certificate that cannot be read: number ${which}`;
  const refused: [string, string, string][] = [
    ["a key", key, leaked],
    ["a certificate with its key", cert + key, leaked],
    ["a path", "/etc/ssl/ca.crt", noCertificate],
    ["nothing", "", noCertificate],
    ["a certificate without its last line", cert.slice(0, 200), noCertificate],
    ["a certificate that lost a line", middleLost(cert), unreadable("1 of 1")],
    ["one that lost a line among good ones", cert + middleLost(other.certificate) + cert, unreadable("2 of 3")],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuse ${what} for certificates`, () => {
      assert.deepEqual(reason(pem.certificates, text), [expected]);
    });
  }

  const encrypted = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "hunter2" },
  }).privateKey;
  for (const [what, text] of [
    ["a passphrase", encrypted],
    ["a certificate", cert],
    ["a key that lost a line", middleLost(key)],
    ["nothing", ""],
  ] as const) {
    it(`refuse ${what} for a key`, () => {
      assert.deepEqual(reason(pem.privateKey, text), [
        "is not a private key in PEM without passphrase, which begins with -----BEGIN PRIVATE KEY-----",
      ]);
    });
  }
});
