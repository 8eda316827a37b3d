import type { types } from "@pulumi/kubernetes";
import type { Claim } from "./backends/backend";
import { labels } from "./naming";
import type { Settings } from "./settings";

/**
 * The claim of a local repository. Its name is fixed: a stack that is made again must meet its old repository, not
 * silently begin a new one beside it.
 */
export function repositoryClaim(
  settings: Settings,
  name: string,
  claim: Claim,
): types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: `${name}-repository`, namespace: settings.namespace, labels: labels(name) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: claim.storageClassName,
      resources: { requests: { storage: claim.size } },
    },
  };
}
