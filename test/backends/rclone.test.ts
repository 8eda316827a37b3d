import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connection, needed, problems } from "../support/repository";

const config = "[nextcloud]\ntype = webdav\npass = the-password\n\n[my drive]\ntype = drive\n";
const remote = { remote: "nextcloud", path: "backups/jira" };

describe("rclone", () => {
  const files = needed("rclone.conf");

  it("is a folder of a remote, and brings the program", async () => {
    assert.deepEqual(await connection("rclone", { ...remote, config }), {
      url: "rclone:nextcloud:backups/jira",
      env: { RCLONE_CONFIG: "/run/restic/rclone.conf" },
      options: ["--option=rclone.program=/opt/rclone/rclone"],
      credentials: [{ env: [], files, values: { "rclone.conf": config } }],
      programImage: "rclone/rclone:1.76.0",
    });
  });

  it("takes configuration and program from elsewhere", async () => {
    const image = "registry.example.com/rclone@sha256:".padEnd(99, "0");
    const found = await connection("rclone", { ...remote, path: "/abs", credentialsSecretName: "kept", image });
    assert.equal(found.url, "rclone:nextcloud:/abs");
    assert.deepEqual(found.credentials, [{ env: [], files, secretName: "kept" }]);
    assert.equal(found.programImage, image);
  });

  for (const [what, given] of Object.entries({
    "a name with a space": { remote: "my drive" },
    "line ends of Windows": { config: config.replaceAll("\n", "\r\n") },
    "a configuration that is not known yet": { config: pulumi.output("later") },
    "a remote that is not known yet": { remote: pulumi.output("later") },
  })) {
    it(`finds the remote with ${what}`, () => {
      assert.deepEqual(problems("rclone", { ...remote, config, ...given }), []);
    });
  }

  const refused: [string, Record<string, unknown>, string[]][] = [
    ["no remote", { remote: undefined }, ["remote: is missing: name the remote"]],
    ["no folder", { path: undefined }, ["path: is missing: give a path"]],
    ["another remote", { remote: "dropbox" }, ["remote: is no section of config, which has nextcloud, my drive"]],
    [
      "a configuration without remotes",
      { config: "hunter2" },
      ["config: has no section such as [nextcloud]: give the contents of rclone.conf"],
    ],
    ["no credentials", { config: undefined }, ["config: is missing: give config, or credentialsSecretName"]],
    [
      "credentials twice",
      { credentialsSecretName: "kept" },
      ["credentialsSecretName: stands beside config: remove config, or credentialsSecretName"],
    ],
    [
      "a program without version",
      { image: "rclone/rclone" },
      ["image: names no version, so it may change between two nights: add one, as in rclone/rclone:1.76.0"],
    ],
    [
      "something that is no image",
      { image: "Rclone!" },
      ["image: is not the reference of an image, such as rclone/rclone:1.76.0"],
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("rclone", { ...remote, config, ...given }), expected);
    });
  }
});
