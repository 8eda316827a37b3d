import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connection, needed, optional, problems } from "../support/repository";

const authUrl = "https://identity.example.com/v3";
const container = { container: "backups", authUrl };
const user = { username: "me", password: "the-password" };
const application = { applicationCredentialId: "the-id", applicationCredentialSecret: "the-secret" };
const domains = { OS_USER_DOMAIN_NAME: "Default", OS_PROJECT_DOMAIN_NAME: "Default" };

describe("swift", () => {
  it("is a container, or a folder of it", async () => {
    assert.deepEqual(await connection("swift", { ...container, ...user }), {
      url: "swift:backups:/",
      env: { OS_AUTH_URL: authUrl, ...domains },
      place: ["OS_AUTH_URL", "OS_REGION_NAME", "OS_PROJECT_NAME", "OS_PROJECT_DOMAIN_NAME", "ST_AUTH"],
      options: [],
      credentials: [
        {
          env: needed("OS_USERNAME", "OS_PASSWORD"),
          files: [],
          values: { OS_USERNAME: "me", OS_PASSWORD: "the-password" },
        },
      ],
    });
    const { url } = await connection("swift", { ...container, ...user, prefix: "prod/jira" });
    assert.equal(url, "swift:backups:/prod/jira");
  });

  it("finds user and project in their domains", async () => {
    const { env } = await connection("swift", {
      ...container,
      ...user,
      region: "RegionOne",
      userDomainName: "people",
      projectName: "jira",
      projectDomainName: "projects",
    });
    assert.deepEqual(env, {
      OS_AUTH_URL: authUrl,
      OS_REGION_NAME: "RegionOne",
      OS_USER_DOMAIN_NAME: "people",
      OS_PROJECT_NAME: "jira",
      OS_PROJECT_DOMAIN_NAME: "projects",
    });
  });

  it("takes an application credential, which holds user and project", async () => {
    const { env, credentials } = await connection("swift", { ...container, ...application, region: "RegionOne" });
    assert.deepEqual(env, { OS_AUTH_URL: authUrl, OS_REGION_NAME: "RegionOne" });
    assert.deepEqual(credentials, [
      {
        env: needed("OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_SECRET"),
        files: [],
        values: { OS_APPLICATION_CREDENTIAL_ID: "the-id", OS_APPLICATION_CREDENTIAL_SECRET: "the-secret" },
      },
    ]);
  });

  it("speaks version 1, which knows only a user and a key", async () => {
    for (const authVersion of [1, "1"]) {
      const { env, credentials } = await connection("swift", { ...container, ...user, authVersion });
      assert.deepEqual(env, { ST_AUTH: authUrl });
      assert.deepEqual(credentials, [
        { env: needed("ST_USER", "ST_KEY"), files: [], values: { ST_USER: "me", ST_KEY: "the-password" } },
      ]);
    }
  });

  it("takes any of these from an existing Secret", async () => {
    const { credentials } = await connection("swift", { ...container, credentialsSecretName: "kept" });
    assert.deepEqual(credentials, [
      {
        env: optional(
          "OS_USERNAME",
          "OS_PASSWORD",
          "OS_APPLICATION_CREDENTIAL_ID",
          "OS_APPLICATION_CREDENTIAL_SECRET",
          "ST_USER",
          "ST_KEY",
        ),
        files: [],
        secretName: "kept",
      },
    ]);
  });

  const unknown = "is not known to authVersion 1, which has only user and password: remove one of them";
  const inside = "is of no use with an application credential, which holds it: remove it";
  const refused: [string, Record<string, unknown>, string[]][] = [
    ["no container", { authUrl, ...user }, ["container: is missing: name the container"]],
    ["no identity service", { container: "backups", ...user }, ["authUrl: is missing: give a value"]],
    [
      "no credentials",
      container,
      [
        "username: is missing: give username and password, or applicationCredentialId and applicationCredentialSecret, or credentialsSecretName",
      ],
    ],
    [
      "a user without password",
      { ...container, username: "me" },
      ["password: is missing: username is of no use without it"],
    ],
    [
      "half an application credential",
      { ...container, applicationCredentialId: "x" },
      ["applicationCredentialSecret: is missing: applicationCredentialId is of no use without it"],
    ],
    [
      "a user beside an application credential",
      { ...container, ...user, ...application },
      [
        "applicationCredentialId: stands beside username and password: remove username and password, or applicationCredentialId and applicationCredentialSecret",
      ],
    ],
    [
      "a project beside an application credential",
      { ...container, ...application, projectName: "jira", userDomainName: "people" },
      [`userDomainName: ${inside}`, `projectName: ${inside}`],
    ],
    [
      "an application credential for version 1",
      { ...container, ...application, authVersion: "1" },
      [`applicationCredentialId: ${unknown}`, `applicationCredentialSecret: ${unknown}`],
    ],
    [
      "a region and a project for version 1",
      { ...container, ...user, authVersion: 1, region: "RegionOne", projectName: "jira" },
      [`region: ${unknown}`, `projectName: ${unknown}`],
    ],
    ["version 2", { ...container, ...user, authVersion: 2 }, ["authVersion: must be 1 or 3"]],
    [
      "a version that is not known yet, on which everything hangs",
      { ...container, ...user, authVersion: pulumi.output(1) },
      ["authVersion: must be 1 or 3"],
    ],
    [
      "a host for a URL",
      { ...container, ...user, authUrl: "identity.example.com" },
      ["authUrl: must be a URL that begins with https:// or http://"],
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("swift", given), expected);
    });
  }
});
