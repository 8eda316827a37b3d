import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime/settings";
import type { Connection } from "./backends/backend";

/**
 * Says at preview, and again at `up`, that an edit moves the backups to another place: in the list of changes it would
 * look like any other update of the CronJob.
 */
export function announceNewRepository(
  name: string,
  { place = [] }: Connection,
): pulumi.ResourceHookBinding | undefined {
  if (!engineKnowsHooks()) {
    return undefined;
  }
  const announce = ({ oldInputs, newInputs }: pulumi.ResourceHookArgs) => {
    const [before, after] = [oldInputs, newInputs].map((inputs) => placeIn(inputs, place));
    const message = announcement(before, after);
    if (message !== undefined) {
      pulumi.log.warn(`ResticBackup "${name}": ${message}`);
    }
  };
  return { beforeUpdate: [new pulumi.ResourceHook(`${name}-new-repository`, announce, { onDryRun: true })] };
}

/** What there is to say of the way from one place to another. */
export function announcement(before: string | undefined, after: string | undefined): string | undefined {
  if (before === undefined || before === after) {
    return undefined;
  }
  const stays = `The old one at ${before} stays as it is, with its snapshots; backups, restores and retention work with the new one from now on.`;
  return after === undefined
    ? `the place of the repository is not known yet. If it is another one, this is a NEW REPOSITORY. ${stays}`
    : `NEW REPOSITORY at ${after}. ${stays}`;
}

/** Where a CronJob keeps its snapshots: the URL, and what else belongs to it; nothing when a part is not known yet. */
export function placeIn(inputs: CronJob | undefined, variables: readonly string[]): string | undefined {
  const pod = inputs?.spec?.jobTemplate?.spec?.template?.spec;
  const env = pod?.containers?.[0]?.env ?? [];
  const [url, ...others] = ["RESTIC_REPOSITORY", ...variables].flatMap((wanted) =>
    env.filter(({ name }) => name === wanted),
  );
  const claims = (pod?.volumes ?? []).filter(({ name }) => name === "repository");
  const parts = [
    { value: url?.value },
    ...others.map(({ name, value }) => ({ value, words: `, ${name} ` })),
    ...claims.map(({ persistentVolumeClaim }) => ({
      value: persistentVolumeClaim?.claimName,
      words: " on the claim ",
    })),
  ];
  return parts.every(({ value }) => typeof value === "string")
    ? parts.map(({ value, words = "" }: { value?: unknown; words?: string }) => `${words}${value}`).join("")
    : undefined;
}

/** Mocks of the SDK say that they know hooks, and then wait for ever. */
function engineKnowsHooks(): boolean {
  const monitor = runtime.getMonitor() as { registerResourceHook?: unknown } | undefined;
  return typeof monitor?.registerResourceHook === "function";
}

interface CronJob {
  readonly spec?: { readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: Pod } } } };
}

interface Pod {
  readonly containers?: readonly { readonly env?: readonly { readonly name: string; readonly value?: unknown }[] }[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName?: unknown };
  }[];
}
