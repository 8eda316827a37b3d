import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { group } from "../components/group";
import { fileInput, input, problemsOf, secretInput, secretPaths, settle } from "../components/inputs";
import { secretArgs } from "../components/settings";
import { resolved } from "./support/output";

const digits = z.string("must be a string").regex(/^\d+$/, "must be digits");

const schema = group("give { a: … }", {
  plain: input(digits).optional(),
  file: fileInput(digits).optional(),
  secret: secretInput(digits).optional(),
  inner: group("give { b: … }", { trimmed: input(z.string().trim()).default("x") }).prefault({}),
});

describe("problemsOf", () => {
  it("shows a wrong value, but neither a file nor a secret", () => {
    const { error } = schema.safeParse({ plain: "x", file: "x", secret: "x", unknown: "x" });
    assert.ok(error);
    assert.deepEqual(problemsOf(error), [
      { property: "plain", value: "x", reason: "must be digits" },
      { property: "file", value: undefined, reason: "must be digits" },
      { property: "secret", value: undefined, reason: "must be digits" },
      { property: "unknown", reason: "unknown property: known here are plain, file, secret, inner" },
    ]);
  });
});

describe("settle", () => {
  it("keeps what the schema makes of a value, known now or later", async () => {
    assert.deepEqual(settle("x", schema.parse({})), { inner: { trimmed: "x" } });
    for (const trimmed of [" y ", pulumi.output(" y "), Promise.resolve(" y ")]) {
      assert.deepEqual(await resolved(settle("x", schema.parse({ inner: { trimmed } }))), { inner: { trimmed: "y" } });
    }
  });

  it("makes a secret of a secret, and of nothing else", async () => {
    const settled = settle("x", schema.parse({ plain: "1", file: "2", secret: "3" }));
    assert.equal(settled.plain, "1");
    assert.equal(settled.file, "2");
    assert.equal(await pulumi.isSecret(settled.secret as pulumi.Output<string>), true);
  });

  for (const [property, shown] of [
    ["plain", '"x": '],
    ["file", ""],
    ["secret", ""],
  ]) {
    it(`fails later with the words of now, for a ${property} value`, async () => {
      const settled = settle("me", schema.parse({ [property as string]: pulumi.output("x") }));
      await assert.rejects(resolved(settled), {
        message: `ResticBackup "me": 1 problem\n  ${property}: ${shown}must be digits`,
      });
    });
  }
});

describe("secretPaths", () => {
  it("finds secrets in groups, optional or not", () => {
    const deep = group("give { a: … }", { a: schema.optional(), b: schema.prefault({}), c: secretInput(digits) });
    assert.deepEqual(secretPaths(deep), ["a.secret", "b.secret", "c"]);
  });

  it("finds every secret of the component", () => {
    const tls = ["rest", "s3", "b2", "azure", "gcs", "swift"].map((kind) => `repository.${kind}.tls.clientKey`);
    assert.deepEqual(
      [...secretArgs].sort(),
      [
        ...tls,
        "password.value",
        "repository.azure.accountKey",
        "repository.azure.sasToken",
        "repository.b2.accountId",
        "repository.b2.accountKey",
        "repository.gcs.credentials",
        "repository.rclone.config",
        "repository.rest.password",
        "repository.rest.username",
        "repository.s3.accessKeyId",
        "repository.s3.secretAccessKey",
        "repository.sftp.privateKey",
        "repository.swift.applicationCredentialId",
        "repository.swift.applicationCredentialSecret",
        "repository.swift.password",
        "repository.swift.username",
      ].sort(),
    );
  });
});
