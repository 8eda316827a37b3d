export type {
  DeadlinesArgs,
  PasswordArgs,
  ResourcesArgs,
  ResticBackupArgs,
  RetentionArgs,
  RunAsArgs,
  SourceArgs,
} from "./args";
export type { AzureRepositoryArgs, AzureWorkloadIdentityArgs } from "./backends/azure";
export type { B2RepositoryArgs } from "./backends/b2";
export type { GcsRepositoryArgs, GcsWorkloadIdentityArgs } from "./backends/gcs";
export type { LocalRepositoryArgs } from "./backends/local";
export type { RcloneRepositoryArgs } from "./backends/rclone";
export type { RestRepositoryArgs } from "./backends/rest";
export type { S3AssumeRoleArgs, S3RepositoryArgs, S3WorkloadIdentityArgs } from "./backends/s3";
export type { SftpRepositoryArgs } from "./backends/sftp";
export type { SwiftRepositoryArgs } from "./backends/swift";
export type { TlsArgs } from "./backends/tls";
export type { RepositoryArgs } from "./repository-args";
export { ResticBackup } from "./restic-backup";
export type { TuningArgs } from "./tuning";
