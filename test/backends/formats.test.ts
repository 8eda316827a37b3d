import assert from "node:assert/strict";
import type { z } from "zod";
import * as formats from "../../components/backends/formats";

const neither = "is neither a host with optional port nor a URL that begins with https:// or http://";
const more = "holds more than a server: the bucket is a property of its own";
const urlSyntax = 'must not have "%", "?" or "#" in it, which mean something else in a URL';
const notRelative = 'must be a relative path without "//", "./", "../" and "/" at its ends';
const notHost =
  "is neither a host name nor an IPv4 address: give the name only, the port and the user have properties of their own";
const notBucket = 'is not the name of a bucket: 3 to 63 lower-case letters, digits, "-" and "."';
const notUrl = "must be a URL that begins with https:// or http://";
const thawed = "must be thawed before it can be read, so no snapshot could be restored at once: use";

type Refused = readonly [value: unknown, reason: string];
const table: [name: string, schema: z.ZodType, accepted: string[], refused: Refused[]][] = [
  [
    "bucketName",
    formats.bucketName,
    ["abc", "jira-backups.example", "0".repeat(63)],
    [
      ["backups/jira", "has a slash, and a bucket's name has none: put the folder into prefix"],
      ["ab", notBucket],
      ["a".repeat(64), notBucket],
      ["Backups", notBucket],
      ["-abc", notBucket],
      ["a..b", notBucket],
      ["", notBucket],
      [5, "must be a string"],
    ],
  ],
  [
    "endpoint",
    formats.endpoint,
    ["minio", "minio:9000", "https://minio.example.com", "http://10.0.0.1:9000", "[::1]:9000"],
    [
      ["https://minio:9000/backups", more],
      ["minio/backups", more],
      ["minio?list", more],
      ["//minio", more],
      ["https://key:secret@minio", "holds a user or password: give them as credentials"],
      ["key:secret@minio", "holds a user or password: give them as credentials"],
      ["ftp://minio", neither],
      ["HTTPS://minio", neither],
      ["minio:port", neither],
      ["minio:99999", neither],
      ["::1", neither],
      ["my minio", neither],
      ["", neither],
    ],
  ],
  [
    "serverUrl",
    formats.serverUrl,
    ["https://gcs.example.com", "http://gcs:4443"],
    [
      ["gcs:4443", notUrl],
      ["https://gcs/storage/v1", more],
      ["https://me:secret@gcs", "holds a user or password: give them as credentials"],
      ["https://", neither],
    ],
  ],
  [
    "httpUrl",
    formats.httpUrl,
    ["https://host:8000/", "http://host/me/jira/"],
    [
      ["https://me:secret@host/", "holds a user or password: give them as username and password"],
      ["https://host/?a=b", "has a query or fragment, which is no part of it"],
      ["https://host/#a", "has a query or fragment, which is no part of it"],
      ["rest:https://host/", notUrl],
      ["https:host", notUrl],
      ["https:///path", notUrl],
      ["HTTP://host/", notUrl],
      ["host:8000", notUrl],
      ["https://my host/", notUrl],
      ["", notUrl],
    ],
  ],
  [
    "urlFolder",
    formats.urlFolder,
    ["jira", "backups/jira home"],
    [
      ["/jira", notRelative],
      ["jira/", notRelative],
      ["a//b", notRelative],
      ["../jira", notRelative],
      ["", notRelative],
      ["100%", urlSyntax],
      ["why?", urlSyntax],
      ["#1", urlSyntax],
    ],
  ],
  [
    "serverFolder",
    formats.serverFolder,
    ["/srv/restic", "backups", "backups/jira"],
    [
      ["/", 'must be a path without "//", "./", "../" and "/" at the end'],
      ["/srv/", 'must be a path without "//", "./", "../" and "/" at the end'],
      ["//srv", 'must be a path without "//", "./", "../" and "/" at the end'],
      ["/volume1/#recycle", urlSyntax],
      [
        "~/backups",
        'begins with "~", which SFTP does not know: leave it out, a relative path begins at the user\'s home',
      ],
    ],
  ],
  [
    "host",
    formats.host,
    ["nas", "nas.example.com", "10.0.0.1"],
    [
      ["nas:22", notHost],
      ["me@nas", notHost],
      ["::1", notHost],
      ["[::1]", notHost],
      ["-oProxyCommand=x", notHost],
      ["", notHost],
    ],
  ],
  [
    "loginName",
    formats.loginName,
    ["backup", "u123456-sub1", "_restic"],
    [
      ["-oProxyCommand=x", 'must be letters, digits, "-", "_" and "."'],
      ["me@nas", 'must be letters, digits, "-", "_" and "."'],
      [undefined, "is missing: name the user"],
    ],
  ],
  [
    "storageClass",
    formats.storageClass,
    ["STANDARD_IA", "GLACIER_IR"],
    [
      ["GLACIER", `${thawed} GLACIER_IR or STANDARD_IA`],
      ["DEEP_ARCHIVE", `${thawed} GLACIER_IR or STANDARD_IA`],
      ["standard", "is not a storage class, such as STANDARD_IA"],
    ],
  ],
  [
    "roleArn",
    formats.roleArn,
    ["arn:aws:iam::111122223333:role/backup", "arn:aws-cn:iam::111122223333:role/team/backup"],
    [
      ["backup", "is not the ARN of a role, such as arn:aws:iam::111122223333:role/backup"],
      [
        "arn:aws:iam::111122223333:user/backup",
        "is not the ARN of a role, such as arn:aws:iam::111122223333:role/backup",
      ],
    ],
  ],
  [
    "b2BucketName",
    formats.b2BucketName,
    ["backup", "Jira-Backups", "b".repeat(50)],
    [
      [
        "b".repeat(51),
        'is not the name of a bucket that restic takes: 6 to 50 letters, digits and "-"; a folder goes into prefix',
      ],
      [
        "backups/jira",
        'is not the name of a bucket that restic takes: 6 to 50 letters, digits and "-"; a folder goes into prefix',
      ],
    ],
  ],
  [
    "azureAccountName",
    formats.azureAccountName,
    ["jira", "0".repeat(24)],
    [
      ["jira-backup", "is not the name of a storage account: 3 to 24 lower-case letters and digits"],
      ["Jira", "is not the name of a storage account: 3 to 24 lower-case letters and digits"],
    ],
  ],
  [
    "azureContainerName",
    formats.azureContainerName,
    ["backups", "jira-backups", "$root"],
    [
      [
        "jira--backups",
        'is not the name of a container: 3 to 63 lower-case letters, digits and single "-"; a folder goes into prefix',
      ],
      [
        "backups/jira",
        'is not the name of a container: 3 to 63 lower-case letters, digits and single "-"; a folder goes into prefix',
      ],
    ],
  ],
  [
    "azureAccessTier",
    formats.azureAccessTier,
    ["Hot", "Cool", "Cold"],
    [
      ["Archive", `${thawed} Cold`],
      ["hot", "must be one of Hot, Cool, Cold"],
    ],
  ],
  [
    "uuid",
    formats.uuid,
    ["01234567-89ab-cdef-0123-456789ABCDEF"],
    [["jira", "is not an id such as 00000000-0000-0000-0000-000000000000"]],
  ],
  [
    "gcsBucketName",
    formats.gcsBucketName,
    ["jira_backups", "backups.example.com"],
    [
      [
        "backups/jira",
        'is not the name of a bucket: lower-case letters, digits, "-", "_" and "."; a folder goes into prefix',
      ],
      ["a..b", 'is not the name of a bucket: lower-case letters, digits, "-", "_" and "."; a folder goes into prefix'],
    ],
  ],
  [
    "googleCredentials",
    formats.googleCredentials,
    ['{"type":"service_account"}', '{"type":"external_account"}'],
    [
      ["{}", "is no key file of Google's: its member type is missing"],
      ["5", "is no key file of Google's: its member type is missing"],
      ["null", "is no key file of Google's: its member type is missing"],
      ["/key.json", "is no key file of Google's: it is not JSON"],
      ["", "is no key file of Google's: it is not JSON"],
      [{ type: "service_account" }, "must be a string"],
    ],
  ],
  [
    "googleServiceAccount",
    formats.googleServiceAccount,
    ["backup@project.iam.gserviceaccount.com"],
    [["me@example.com", "is not a service account of Google's, such as backup@project.iam.gserviceaccount.com"]],
  ],
  [
    "swiftContainerName",
    formats.swiftContainerName,
    ["Jira Backups"],
    [
      ["backups/jira", 'is not the name of a container: no "/" and no ":"; a folder goes into prefix'],
      ["backups:jira", 'is not the name of a container: no "/" and no ":"; a folder goes into prefix'],
    ],
  ],
  [
    "rcloneRemote",
    formats.rcloneRemote,
    ["nextcloud", "my drive", "s3_eu-1"],
    [
      ["nextcloud:", 'is not the name of a remote: letters, digits, "_", "-", "." and " ", without ":" at the end'],
      ["--config", 'is not the name of a remote: letters, digits, "_", "-", "." and " ", without ":" at the end'],
    ],
  ],
  [
    "rcloneConfig",
    formats.rcloneConfig,
    ["[nextcloud]\ntype = webdav\n", "# mine\r\n[nextcloud]\r\ntype = webdav\r\n"],
    [
      [
        "RCLONE_ENCRYPT_V0:\nabc=",
        "is encrypted, and nobody types its password at night: remove it by `rclone config encryption remove`",
      ],
      ["type = webdav", "has no section such as [nextcloud]: give the contents of rclone.conf"],
      ["", "has no section such as [nextcloud]: give the contents of rclone.conf"],
    ],
  ],
];

for (const [name, schema, accepted, refused] of table) {
  describe(name, () => {
    for (const value of accepted) {
      it(`accepts ${JSON.stringify(value)}`, () => {
        assert.equal(schema.parse(value), value);
      });
    }
    for (const [value, reason] of refused) {
      it(`refuses ${JSON.stringify(value)}`, () => {
        assert.deepEqual(
          schema.safeParse(value).error?.issues.map(({ message }) => message),
          [reason],
        );
      });
    }
  });
}

describe("servers", () => {
  it("lose the slash at their end, behind which the bucket would follow a second one", () => {
    assert.equal(formats.endpoint.parse("https://minio:9000/"), "https://minio:9000");
    assert.equal(formats.serverUrl.parse("http://gcs:4443/"), "http://gcs:4443");
  });
});

describe("swiftAuthVersion", () => {
  it("is 1 or 3, in quotes too", () => {
    for (const [value, version] of [
      [1, 1],
      [3, 3],
      ["1", 1],
      ["3", 3],
    ] as const) {
      assert.equal(formats.swiftAuthVersion.parse(value), version);
    }
    for (const value of [2, 0, "v3", "", true, null, 1.5, Promise.resolve(3)]) {
      assert.deepEqual(
        formats.swiftAuthVersion.safeParse(value).error?.issues.map(({ message }) => message),
        ["must be 1 or 3"],
      );
    }
  });
});
