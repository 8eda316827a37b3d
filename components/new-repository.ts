import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime/settings";

/**
 * Says at preview, and again at `up`, that an edit moves the backups to another place: in the list of changes it would
 * look like any other update of the CronJob.
 */
export function announceNewRepository(name: string): pulumi.ResourceHookBinding | undefined {
  if (!engineKnowsHooks()) {
    return undefined;
  }
  const announce = ({ oldInputs, newInputs }: pulumi.ResourceHookArgs) => {
    const [before, after] = [oldInputs, newInputs].map(repositoryIn);
    if (before !== undefined && before !== after) {
      pulumi.log.warn(
        `ResticBackup "${name}": NEW REPOSITORY at ${after ?? "a place that is not known yet"}. The old one at ${before} stays as it is, with its snapshots; backups, restores and retention work with the new one from now on.`,
      );
    }
  };
  return { beforeUpdate: [new pulumi.ResourceHook(`${name}-new-repository`, announce, { onDryRun: true })] };
}

/** Mocks of the SDK say that they know hooks, and then wait for ever. */
function engineKnowsHooks(): boolean {
  const monitor = runtime.getMonitor() as { registerResourceHook?: unknown } | undefined;
  return typeof monitor?.registerResourceHook === "function";
}

interface CronJob {
  readonly spec?: {
    readonly jobTemplate?: {
      readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: Container[] } } };
    };
  };
}

interface Container {
  readonly env?: { readonly name: string; readonly value?: string }[];
}

function repositoryIn(inputs: CronJob | undefined): string | undefined {
  const [container] = inputs?.spec?.jobTemplate?.spec?.template?.spec?.containers ?? [];
  const value = container?.env?.find(({ name }) => name === "RESTIC_REPOSITORY")?.value;
  return typeof value === "string" ? value : undefined;
}
