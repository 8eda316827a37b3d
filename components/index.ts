export type {
  DeadlinesArgs,
  PasswordArgs,
  ResourcesArgs,
  ResticBackupArgs,
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
export type { GuardsArgs } from "./guards";
export type { CheckArgs, PruneArgs } from "./maintenance";
export type { PlacementArgs, TolerationArgs } from "./placement";
export type { RepositoryArgs } from "./repository-args";
export { ResticBackup } from "./restic-backup";
export type { RetentionArgs } from "./retention";
export type { SelectionArgs } from "./selection";
export type { StepArgs, StepsArgs } from "./steps";
export type { TuningArgs } from "./tuning";
