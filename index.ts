import { ResticBackup } from "./components";
import { stackConfig } from "./components/stack-config";

const name = "backup";
const backup = new ResticBackup(name, stackConfig(name));

export const namespace = backup.namespace;
export const repository = backup.repository;
export const host = backup.host;
export const cronJobName = backup.cronJobName;
export const restoreDeploymentName = backup.restoreDeploymentName;
export const initJobName = backup.initJobName;
export const passwordSecretName = backup.passwordSecretName;
export const repositoryClaimName = backup.repositoryClaimName;
export const repositoryPassword = backup.repositoryPassword;
export const backupNowCommand = backup.backupNowCommand;
export const restoreCommands = backup.restoreCommands;
