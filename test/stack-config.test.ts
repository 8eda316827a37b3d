import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { secretArgs } from "../components/settings";
import { stackConfig } from "../components/stack-config";
import { pathsTo } from "./support/paths";
import { storages } from "./support/storages";

/** How Pulumi itself hands config over; `e2e/` does it through the real engine. */
function withConfig(config: Record<string, string>, secretKeys: string[] = []) {
  const keyed = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [`${pulumi.getProject()}:${key}`, value]),
  );
  pulumi.runtime.setAllConfig(
    keyed,
    secretKeys.map((key) => `${pulumi.getProject()}:${key}`),
  );
  return stackConfig("backup");
}

const least = { source: '{"claimName":"jira-home"}', repository: '{"local":{}}' };

describe("stackConfig", () => {
  afterEach(() => {
    pulumi.runtime.setAllConfig({}, []);
  });

  it("reads every key of the project as a property", () => {
    assert.deepEqual(withConfig({ ...least, schedule: "@daily", retention: '{"keepDaily":7}' }), {
      source: { claimName: "jira-home" },
      repository: { local: {} },
      schedule: "@daily",
      retention: { keepDaily: 7 },
    });
  });

  it("leaves the keys of other projects and providers alone", () => {
    pulumi.runtime.setAllConfig(
      {
        [`${pulumi.getProject()}:source`]: least.source,
        [`${pulumi.getProject()}:repository`]: least.repository,
        "kubernetes:context": "prod",
      },
      [],
    );
    assert.deepEqual(Object.keys(stackConfig("backup")), ["source", "repository"]);
  });

  it("refuses a key that is no property, and says all other problems with it", () => {
    assert.throws(
      () => withConfig({ source: least.source, schedul: "@daily", timeZone: "Mars/Olympus" }),
      ({ message }: Error) => {
        assert.match(message, /3 problems/);
        assert.match(message, /schedul: unknown property: known here are namespace, source/);
        assert.match(message, /timeZone: "Mars\/Olympus": no such time zone/);
        assert.match(message, /repository: is missing/);
        return true;
      },
    );
  });

  it("refuses a credential in plain text, without showing it", () => {
    const repository = '{"s3":{"bucket":"backups","accessKeyId":"AKIA","secretAccessKey":"hunter2"}}';
    assert.throws(
      () => withConfig({ ...least, repository, password: '{"value":"hunter2"}' }),
      ({ message }: Error) => {
        assert.match(message, /3 problems/);
        assert.match(
          message,
          /password\.value: stands in plain text in the stack's config: set it by `pulumi config set --secret --path 'password\.value'`/,
        );
        assert.match(message, /repository\.s3\.secretAccessKey: stands in plain text/);
        assert.equal(message.includes("hunter2"), false);
        return true;
      },
    );
  });

  for (const [kind, given] of storages("hunter2")) {
    const secrets = pathsTo("hunter2", { repository: { [kind]: given } });
    it(`refuses in plain text ${secrets.join(" and ") || "nothing of a local repository"}`, () => {
      const config = () => withConfig({ ...least, repository: JSON.stringify({ [kind]: given }) });
      if (secrets.length === 0) {
        assert.doesNotThrow(config);
        return;
      }
      const reason = (path: string) =>
        `  ${path}: stands in plain text in the stack's config: set it by \`pulumi config set --secret --path '${path}'\``;
      assert.throws(config, ({ message }: Error) => {
        assert.deepEqual(message.split("\n").slice(1).sort(), secrets.map(reason).sort());
        assert.equal(message.includes("hunter2"), false);
        return true;
      });
    });
  }

  it("refuses a secret in plain text even where the rest is not well-formed", () => {
    for (const path of secretArgs) {
      const [key = "", ...rest] = path.split(".");
      const value = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), ["hunter2"]);
      assert.throws(
        () => withConfig({ ...least, [key]: JSON.stringify(value) }),
        ({ message }: Error) => {
          assert.ok(message.includes(`  ${path}: stands in plain text in the stack's config`), path);
          assert.equal(message.includes("hunter2"), false, path);
          return true;
        },
      );
    }
  });

  it("accepts the same credential encrypted", () => {
    const repository = '{"s3":{"bucket":"backups","accessKeyId":"AKIA","secretAccessKey":"hunter2"}}';
    const given = withConfig({ ...least, repository }, ["repository"]);
    assert.deepEqual(given.repository, JSON.parse(repository));
  });

  it("says when a group is not well-formed JSON", () => {
    assert.throws(
      () => withConfig({ ...least, retention: "{keepDaily: 7" }),
      /retention: must be a group of properties/,
    );
  });
});
