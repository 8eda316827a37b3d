import { scriptItems, scriptsMount } from "./container-scripts";
import { mountsSource, type Role } from "./naming";
import type { PodRefs } from "./pod-refs";
import { repositoryStorage, type Storage, secretMode } from "./repository-storage";
import type { Settings } from "./settings";
import { hasSteps, scratchMount } from "./steps";
import { temporarySpace } from "./tuning";

/** What every pod has, the source where it is needed, and what the repository needs. */
export function podStorage(settings: Settings, refs: PodRefs, role: Role): Storage[] {
  const { source } = settings;
  const passwordFile = [{ key: refs.password.key, path: "password" }];
  const parts: Storage[] = [
    {
      volume: { name: "scripts", configMap: { name: refs.scripts, items: scriptItems(), defaultMode: 0o555 } },
      mount: { mountPath: scriptsMount, readOnly: true },
    },
    {
      volume: {
        name: "password",
        secret: { secretName: refs.password.secretName, items: passwordFile, defaultMode: secretMode(settings) },
      },
      mount: { mountPath: "/etc/restic", readOnly: true },
    },
    { volume: { name: "tmp", emptyDir: { sizeLimit: `${temporarySpace}Mi` } }, mount: { mountPath: "/tmp" } },
    { volume: { name: "cache", emptyDir: { sizeLimit: "10Gi" } }, mount: { mountPath: "/var/cache/restic" } },
  ];
  if (mountsSource(role)) {
    parts.push({
      volume: { name: "source", persistentVolumeClaim: { claimName: source.claimName } },
      mount: { mountPath: source.mountPath, subPath: source.subPath, readOnly: role === "backup" },
    });
  }
  if (role === "backup" && hasSteps(settings.steps)) {
    parts.push({
      volume: { name: "scratch", emptyDir: { sizeLimit: settings.steps.scratchSize } },
      mount: { mountPath: scratchMount, readOnly: true },
    });
  }
  return [...parts, ...repositoryStorage(settings, refs)];
}
