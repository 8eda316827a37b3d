import assert from "node:assert/strict";
import { credentialProblems, credentials } from "../../components/backends/credentials";
import { needed } from "../support/repository";

describe("credentials", () => {
  const places = { env: ["USER", "KEY", "TOKEN"], files: ["file"], optional: ["TOKEN"] };

  it("take from values what is there, all of it needed", () => {
    const values = { USER: "me", file: "contents" };
    assert.deepEqual(credentials(values, undefined, places), [{ env: needed("USER"), files: needed("file"), values }]);
  });

  it("take from an existing Secret whatever it may hold", () => {
    assert.deepEqual(credentials({}, "kept", places), [
      {
        env: [...needed("USER", "KEY"), { key: "TOKEN", optional: true }],
        files: needed("file"),
        secretName: "kept",
      },
    ]);
  });

  it("are none when none are given", () => {
    assert.deepEqual(credentials({}, undefined, places), []);
  });
});

describe("credentialProblems", () => {
  const ways = [["user", "password"], ["token"], ["secretName"]];
  const found = (given: Record<string, unknown>, isNeeded?: boolean) =>
    credentialProblems("repository.x", given, ways, isNeeded).map(({ property, reason }) => `${property}: ${reason}`);

  for (const given of [{ user: 1, password: 1 }, { token: 1 }, { secretName: 1 }]) {
    it(`finds none in ${Object.keys(given).join(" and ")}`, () => {
      assert.deepEqual(found(given), []);
    });
  }

  it("finds that there are none, where some are needed", () => {
    assert.deepEqual(found({}), ["repository.x.user: is missing: give user and password, or token, or secretName"]);
    assert.deepEqual(found({}, false), []);
  });

  it("finds half of a way", () => {
    assert.deepEqual(found({ user: 1 }), ["repository.x.password: is missing: user is of no use without it"]);
    assert.deepEqual(found({ password: 1 }), ["repository.x.user: is missing: password is of no use without it"]);
  });

  it("finds two ways, and two halves", () => {
    assert.deepEqual(found({ token: 1, secretName: 1 }), [
      "repository.x.secretName: stands beside token: remove token, or secretName",
    ]);
    assert.deepEqual(found({ user: 1, token: 1, secretName: 1 }), [
      "repository.x.token: stands beside user: remove user, or token",
    ]);
  });
});
