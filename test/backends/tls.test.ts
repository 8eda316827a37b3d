import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { certificate } from "../support/keys";
import { connection, needed, problems } from "../support/repository";

const one = certificate("one");
const other = certificate("other");
const url = "https://host:8000/";
const client = { clientCertificate: one.certificate, clientKey: one.key };

/** Every storage that speaks HTTP has the group; here it hangs on a REST server. */
describe("tls", () => {
  const connect = async (tls: unknown) => {
    const { url: _, ...rest } = await connection("rest", { url, tls });
    return rest;
  };
  const added = { SSL_CERT_DIR: "/etc/restic/ca" };
  const shown = { RESTIC_TLS_CLIENT_CERT: "/run/restic/tls-client.pem" };

  it("adds nothing without being asked", async () => {
    for (const tls of [undefined, {}]) {
      assert.deepEqual(await connect(tls), { env: {}, options: [], credentials: [] });
    }
  });

  it("trusts authorities beside the public ones", async () => {
    const expected = { env: added, options: [""], credentials: [] };
    assert.deepEqual(await connect({ caBundle: one.certificate }), {
      ...expected,
      authorities: { bundle: one.certificate },
    });
    assert.deepEqual(await connect({ caConfigMapName: "kept", caOnly: "false" }), {
      ...expected,
      authorities: { configMapName: "kept" },
    });
  });

  it("trusts no others when asked, even by a value that is known late", async () => {
    for (const caOnly of [true, "true", pulumi.output(true)]) {
      const { options } = await connect({ caBundle: one.certificate, caOnly });
      assert.deepEqual(options, ["--cacert=/etc/restic/ca/ca.crt"]);
    }
  });

  it("shows a client's certificate, from values or an existing Secret", async () => {
    const files = needed("tls.crt", "tls.key");
    assert.deepEqual(await connect(client), {
      env: shown,
      options: [],
      credentials: [{ env: [], files, values: { "tls.crt": one.certificate, "tls.key": one.key } }],
    });
    assert.deepEqual(await connect({ clientSecretName: "kept" }), {
      env: shown,
      options: [],
      credentials: [{ env: [], files, secretName: "kept" }],
    });
  });
});

describe("tlsProblems", () => {
  const found = (tls: Record<string, unknown>, address = url) => problems("rest", { url: address, tls });

  for (const [what, tls] of Object.entries({
    "authorities and a client": { caBundle: other.certificate, caOnly: true, ...client },
    "existing objects": { caConfigMapName: "kept", clientSecretName: "kept" },
    "a chain, the client's own first": { clientCertificate: one.certificate + other.certificate, clientKey: one.key },
    "a key that is not known yet": { clientCertificate: one.certificate, clientKey: pulumi.output("later") },
  })) {
    it(`finds none in ${what}`, () => {
      assert.deepEqual(found(tls), []);
    });
  }

  const fits = "tls.clientKey: is not the key of clientCertificate: give the two that belong together";
  const contradictory: [string, Record<string, unknown>, string][] = [
    [
      "authorities twice",
      { caBundle: one.certificate, caConfigMapName: "kept" },
      "tls.caConfigMapName: stands beside caBundle: remove one of them",
    ],
    [
      "trust in nobody",
      { caOnly: true },
      "tls.caOnly: is of no use without authorities: give caBundle or caConfigMapName, or remove it",
    ],
    [
      "a certificate without key",
      { clientCertificate: one.certificate },
      "tls.clientKey: is missing: clientCertificate is of no use without it",
    ],
    [
      "a key without certificate",
      { clientKey: one.key },
      "tls.clientCertificate: is missing: clientKey is of no use without it",
    ],
    [
      "a client twice",
      { ...client, clientSecretName: "kept" },
      "tls.clientSecretName: stands beside clientCertificate and clientKey: remove clientCertificate and clientKey, or clientSecretName",
    ],
    ["the key of another certificate", { ...client, clientKey: other.key }, fits],
    ["a chain in the wrong order", { ...client, clientCertificate: other.certificate + one.certificate }, fits],
    [
      "a misspelt property",
      { caBundel: one.certificate },
      "tls.caBundel: unknown property: known here are caBundle, caConfigMapName, caOnly, clientCertificate, clientKey, clientSecretName",
    ],
    [
      "a broken certificate, once",
      { ...client, clientCertificate: "garbage" },
      "tls.clientCertificate: holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----",
    ],
  ];
  for (const [what, tls, expected] of contradictory) {
    it(`finds ${what}`, () => {
      assert.deepEqual(found(tls), [expected]);
    });
  }

  it("finds an address that does not use it, in each storage with an address", () => {
    const reason = (property: string) => `tls: is of no use with http://: write https:// in ${property}, or remove tls`;
    const tls = { caConfigMapName: "kept" };
    assert.deepEqual(found(tls, "http://host/"), [reason("url")]);
    const keys = { credentialsSecretName: "keys", tls };
    assert.deepEqual(problems("s3", { bucket: "abc", endpoint: "http://minio:9000", ...keys }), [reason("endpoint")]);
    assert.deepEqual(problems("s3", { bucket: "abc", endpoint: "minio:9000", ...keys }), []);
    assert.deepEqual(problems("gcs", { bucket: "abc", endpoint: "http://gcs:4443", ...keys }), [reason("endpoint")]);
    assert.deepEqual(problems("swift", { container: "abc", authUrl: "http://id/v3", ...keys }), [reason("authUrl")]);
    assert.deepEqual(problems("b2", { bucket: "backups", ...keys }), []);
    assert.deepEqual(problems("azure", { accountName: "jira", container: "abc", ...keys }), []);
  });
});
