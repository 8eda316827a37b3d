export type {
  DeadlinesArgs,
  PasswordArgs,
  ResourcesArgs,
  ResticBackupArgs,
  RetentionArgs,
  RunAsArgs,
  SourceArgs,
} from "./args";
export type { LocalRepositoryArgs, RepositoryArgs, RestRepositoryArgs, S3RepositoryArgs } from "./repository-args";
export { ResticBackup } from "./restic-backup";
