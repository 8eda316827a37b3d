import { isIP } from "node:net";
import { z } from "zod";
import { anyPath, oneOf, relativePath, text, without } from "../formats";

const noUrlSyntax = [/^[^%?#]*$/, 'must not have "%", "?" or "#" in it, which mean something else in a URL'] as const;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = without((bucket) => {
  if (bucket.includes("/")) {
    return "has a slash, and a bucket's name has none: put the folder into prefix";
  }
  return /^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..")
    ? undefined
    : 'is not the name of a bucket: 3 to 63 lower-case letters, digits, "-" and "."';
});

/** A server: host with optional port, or a URL without path. */
export const endpoint: z.ZodType<string> = without((server) =>
  /^https?:\/\//.test(server) || !server.includes("://")
    ? serverProblem(server)
    : "is neither a host with optional port nor a URL that begins with https:// or http://",
).transform(withoutSlash);

/** A server as URL without path. */
export const serverUrl: z.ZodType<string> = without((server) =>
  /^https?:\/\//.test(server) ? serverProblem(server) : "must be a URL that begins with https:// or http://",
).transform(withoutSlash);

/** A URL of HTTP, without credentials. */
export const httpUrl = without((address) => {
  const url = parseUrl(address);
  if (url === undefined || !/^https?:\/\/[^/]/.test(address)) {
    return "must be a URL that begins with https:// or http://";
  }
  if (url.username || url.password) {
    return "holds a user or password: give them as username and password";
  }
  return url.search || url.hash ? "has a query or fragment, which is no part of it" : undefined;
});

/** A folder that becomes part of a URL, which restic takes apart again. */
export const urlFolder = relativePath.regex(...noUrlSyntax);

/** The same, or from the root of a server. https://github.com/restic/restic/blob/v0.19.1/internal/backend/sftp/config.go */
export const serverFolder = anyPath
  .regex(...noUrlSyntax)
  .regex(
    /^(?!~)/,
    'begins with "~", which SFTP does not know: leave it out, a relative path begins at the user\'s home',
  );

/** A host name or address. */
export const host = without((name) =>
  isIP(name) === 4 || /^[A-Za-z0-9]([-.A-Za-z0-9]{0,251}[A-Za-z0-9])?$/.test(name)
    ? undefined
    : "is neither a host name nor an IPv4 address: give the name only, the port and the user have properties of their own",
);

/** A user of a Unix system. */
export const loginName = text("name the user").regex(
  /^[A-Za-z0-9_][-.A-Za-z0-9_]{0,31}$/,
  'must be letters, digits, "-", "_" and "."',
);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html, and the classes of other servers. */
export const storageClass = without((name) => {
  if (/^(GLACIER|DEEP_ARCHIVE)$/.test(name)) {
    return "must be thawed before it can be read, so no snapshot could be restored at once: use GLACIER_IR or STANDARD_IA";
  }
  return /^[A-Z][A-Z0-9_]{1,39}$/.test(name) ? undefined : "is not a storage class, such as STANDARD_IA";
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const roleArn = text("name the role").regex(
  /^arn:[-a-z0-9]+:iam::\d*:role\/\S+$/,
  "is not the ARN of a role, such as arn:aws:iam::111122223333:role/backup",
);

/** restic's limit; Backblaze allows 63: https://github.com/restic/restic/blob/v0.19.1/internal/backend/b2/config.go */
export const b2BucketName = text("name the bucket").regex(
  /^[-A-Za-z0-9]{6,50}$/,
  'is not the name of a bucket that restic takes: 6 to 50 letters, digits and "-"; a folder goes into prefix',
);

/** https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name */
export const azureAccountName = text("name the storage account").regex(
  /^[a-z0-9]{3,24}$/,
  "is not the name of a storage account: 3 to 24 lower-case letters and digits",
);

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
export const azureContainerName = text("name the container").regex(
  /^(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$|^\$root$/,
  'is not the name of a container: 3 to 63 lower-case letters, digits and single "-"; a folder goes into prefix',
);

export const azureAccessTier = without((tier) =>
  tier === "Archive"
    ? "must be thawed before it can be read, so no snapshot could be restored at once: use Cold"
    : oneOf("Hot", "Cool", "Cold").safeParse(tier).error?.issues[0]?.message,
);

export const uuid = text("give the id").regex(
  /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  "is not an id such as 00000000-0000-0000-0000-000000000000",
);

/** https://cloud.google.com/storage/docs/buckets#naming */
export const gcsBucketName = text("name the bucket").regex(
  /^(?!.*\.\.)[a-z0-9][-_.a-z0-9]{1,220}[a-z0-9]$/,
  'is not the name of a bucket: lower-case letters, digits, "-", "_" and "."; a folder goes into prefix',
);

/** https://google.aip.dev/auth/4110 */
export const googleCredentials = without((json) => {
  try {
    const { type } = (JSON.parse(json) ?? {}) as { type?: unknown };
    return typeof type === "string" ? undefined : "is no key file of Google's: its member type is missing";
  } catch {
    return "is no key file of Google's: it is not JSON";
  }
});

export const googleServiceAccount = text("name the service account").regex(
  /^[^@\s]+@[^@\s]+\.gserviceaccount\.com$/,
  "is not a service account of Google's, such as backup@project.iam.gserviceaccount.com",
);

/** https://docs.openstack.org/api-ref/object-store/ */
export const swiftContainerName = text("name the container").regex(
  /^[^/\p{Cc}:]{1,256}$/u,
  'is not the name of a container: no "/" and no ":"; a folder goes into prefix',
);

/** Version 2 of the identity service went out of use with OpenStack Queens. */
export const swiftAuthVersion = z.literal([1, 3, "1", "3"], "must be 1 or 3").transform(Number);

/** https://rclone.org/docs/#valid-remote-names */
export const rcloneRemote = text("name the remote").regex(
  /^[A-Za-z0-9_][-A-Za-z0-9_.+@ ]*$/,
  'is not the name of a remote: letters, digits, "_", "-", "." and " ", without ":" at the end',
);

export const rcloneConfig = without((config) => {
  if (config.includes("RCLONE_ENCRYPT_V")) {
    return "is encrypted, and nobody types its password at night: remove it by `rclone config encryption remove`";
  }
  return /^\[.+\]\s*$/m.test(config)
    ? undefined
    : "has no section such as [nextcloud]: give the contents of rclone.conf";
});

function serverProblem(server: string): string | undefined {
  const rest = server.replace(/^https?:\/\//, "");
  const url = parseUrl(`https://${rest}`);
  if (url === undefined) {
    return "is neither a host with optional port nor a URL that begins with https:// or http://";
  }
  if (url.username || url.password) {
    return "holds a user or password: give them as credentials";
  }
  return /^[^/?#\\]+\/?$/.test(rest) ? undefined : "holds more than a server: the bucket is a property of its own";
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}

function parseUrl(address: string): URL | undefined {
  return !/\s/.test(address) && URL.canParse(address) ? new URL(address) : undefined;
}
