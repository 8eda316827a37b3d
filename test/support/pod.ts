import assert from "node:assert/strict";
import type { ResticBackupArgs } from "../../components";
import type { Role } from "../../components/naming";
import { podTemplate } from "../../components/pod-template";
import { resolveSettings } from "../../components/settings";
import { leastArgs } from "./args";
import { resolved } from "./output";
import { podRefs } from "./pod-refs";

/** All workloads that have pods. */
export const roles: readonly Role[] = ["init", "backup", "restore", "check", "prune"];

export interface Container {
  name: string;
  image: string;
  env: { name: string; value?: string; valueFrom?: unknown }[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
  securityContext: Record<string, unknown> & { capabilities: { add: string[] } };
  command: string[];
  envFrom?: object[];
}

export interface Pod {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    serviceAccountName?: string;
    affinity?: object;
    nodeSelector?: object;
    tolerations?: object[];
    initContainers?: Container[];
    containers: Container[];
    volumes: Record<string, unknown>[];
    securityContext: Record<string, unknown>;
    hostname?: string;
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    restartPolicy: string;
  };
}

/** What the pods of a role look like, when all is known. */
export async function pod(role: Role, given: ResticBackupArgs = leastArgs) {
  const settings = resolveSettings("backup", given);
  const template = podTemplate(settings, podRefs(settings), role);
  const { metadata, spec } = await resolved<Pod>(template);
  const container = [...(spec.initContainers ?? []), ...spec.containers].find(({ name }) => name === "restic");
  assert.ok(container && spec.containers.length === 1);
  return {
    metadata,
    spec,
    /** That of restic. */
    container,
    mount: (name: string) => container.volumeMounts.find((mount) => mount.name === name),
  };
}
