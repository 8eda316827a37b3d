import type { ResticBackupArgs } from "../../components";

/** The least that the component needs. */
export const leastArgs: ResticBackupArgs = { source: { claimName: "jira-home" }, repository: { local: {} } };

/** The least, with some properties given or overridden. */
export function args(properties: Partial<ResticBackupArgs>): ResticBackupArgs {
  return { ...leastArgs, ...properties };
}

/** Arguments that TypeScript would refuse, as they come from a stack's config. */
export function unchecked(properties: Record<string, unknown>): ResticBackupArgs {
  return { ...leastArgs, ...properties } as unknown as ResticBackupArgs;
}
