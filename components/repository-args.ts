import type { AzureRepositoryArgs } from "./backends/azure";
import type { B2RepositoryArgs } from "./backends/b2";
import type { GcsRepositoryArgs } from "./backends/gcs";
import type { LocalRepositoryArgs } from "./backends/local";
import type { RcloneRepositoryArgs } from "./backends/rclone";
import type { RestRepositoryArgs } from "./backends/rest";
import type { S3RepositoryArgs } from "./backends/s3";
import type { SftpRepositoryArgs } from "./backends/sftp";
import type { SwiftRepositoryArgs } from "./backends/swift";

/** Where the snapshots are stored: exactly one member is set. */
export interface RepositoryArgs {
  /** A PersistentVolumeClaim: for trying out, or when the volume itself is kept safe elsewhere. */
  local?: LocalRepositoryArgs;

  /** A server that offers SFTP, such as OpenSSH. */
  sftp?: SftpRepositoryArgs;

  /** A restic REST server, https://github.com/restic/rest-server. */
  rest?: RestRepositoryArgs;

  /** A bucket of Amazon S3 or of a compatible server. */
  s3?: S3RepositoryArgs;

  /** A bucket of Backblaze B2. */
  b2?: B2RepositoryArgs;

  /** A container of Azure Blob Storage. */
  azure?: AzureRepositoryArgs;

  /** A bucket of Google Cloud Storage. */
  gcs?: GcsRepositoryArgs;

  /** A container of OpenStack Swift. */
  swift?: SwiftRepositoryArgs;

  /** Anything that rclone can reach, https://rclone.org. */
  rclone?: RcloneRepositoryArgs;
}
