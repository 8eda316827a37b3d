import assert from "node:assert/strict";
import { connection, needed, problems } from "../support/repository";

const url = "https://host:8000/me/jira/";
const user = { username: "me", password: "the-password" };
const env = needed("RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD");

describe("rest", () => {
  it("is a URL", async () => {
    assert.deepEqual(await connection("rest", { url }), { url: `rest:${url}`, env: {}, options: [], credentials: [] });
  });

  it("has a user, by values or by an existing Secret", async () => {
    const byValues = await connection("rest", { url, ...user });
    assert.equal(byValues.url, `rest:${url}`);
    assert.deepEqual(byValues.credentials, [
      { env, files: [], values: { RESTIC_REST_USERNAME: "me", RESTIC_REST_PASSWORD: "the-password" } },
    ]);
    const bySecret = await connection("rest", { url, credentialsSecretName: "kept", appendOnly: true });
    assert.deepEqual(bySecret.credentials, [{ env, files: [], secretName: "kept" }]);
  });

  it("brings the user's and the client's credentials together, and their Secrets too", async () => {
    const { credentials } = await connection("rest", { url, ...user, tls: { clientSecretName: "kept" } });
    assert.deepEqual(
      credentials?.map(({ secretName, files }) => [secretName, files.map(({ key }) => key)]),
      [
        [undefined, []],
        ["kept", ["tls.crt", "tls.key"]],
      ],
    );
  });

  const refused: [string, Record<string, unknown>, string][] = [
    ["no URL", {}, "url: is missing: give a value"],
    [
      "a user in the URL",
      { url: "https://me:secret@host/" },
      "url: holds a user or password: give them as username and password",
    ],
    [
      "a URL in restic's notation",
      { url: "rest:https://host/" },
      "url: must be a URL that begins with https:// or http://",
    ],
    ["a user without password", { url, username: "me" }, "password: is missing: username is of no use without it"],
    ["a password without user", { url, password: "x" }, "username: is missing: password is of no use without it"],
    [
      "a user twice",
      { url, ...user, credentialsSecretName: "kept" },
      "credentialsSecretName: stands beside username and password: remove username and password, or credentialsSecretName",
    ],
    [
      "a password of two lines",
      { url, ...user, password: "a\nb" },
      "password: must be one line, not empty, without white space around it",
    ],
    ["an answer that is none", { url, appendOnly: "yes" }, "appendOnly: must be true or false"],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("rest", given), [expected]);
    });
  }
});
