export type {
  DeadlinesArgs,
  LocalRepositoryArgs,
  PasswordArgs,
  RepositoryArgs,
  ResourcesArgs,
  ResticBackupArgs,
  RestRepositoryArgs,
  RetentionArgs,
  RunAsArgs,
  S3RepositoryArgs,
  SourceArgs,
} from "./args";
export { ResticBackup } from "./restic-backup";
