import type { Kind } from "../../components/backends";
import { connectionOf } from "../../components/repository";
import { resolveSettings, settingsProblems } from "../../components/settings";
import { unchecked } from "./args";
import { resolved } from "./output";

interface Key {
  readonly key: string;
  readonly optional: boolean;
}

/** A connection whose Outputs are known. */
export interface KnownConnection {
  readonly url: string;
  readonly env?: Record<string, string>;
  readonly place?: string[];
  readonly options?: string[];
  readonly credentials?: { env: Key[]; files: Key[]; values?: Record<string, string>; secretName?: string }[];
  readonly authorities?: { bundle?: string; configMapName?: string };
  readonly serviceAccount?: {
    existing?: string;
    annotations: Record<string, string>;
    podLabels: Record<string, string>;
  };
  readonly claim?: { claimName?: string; size: string; storageClassName?: string };
  readonly programImage?: string;
  readonly needsUser?: boolean;
}

/** What the pods get to know of a storage. */
export function connection(kind: Kind, given: Record<string, unknown>): Promise<KnownConnection> {
  const settings = resolveSettings("backup", unchecked({ repository: { [kind]: given } }));
  return resolved(connectionOf(settings.repository));
}

/** What is wrong with a storage, each as `property: reason`, the property as seen from the storage. */
export function problems(kind: Kind, given: Record<string, unknown>): string[] {
  const path = `repository.${kind}`;
  return settingsProblems("backup", unchecked({ repository: { [kind]: given } })).map(
    ({ property, reason }) =>
      `${property.startsWith(`${path}.`) ? property.slice(path.length + 1) : property}: ${reason}`,
  );
}

/** Keys of a Secret, none of which may be missing. */
export function needed(...names: string[]): Key[] {
  return names.map((key) => ({ key, optional: false }));
}

/** Keys of a Secret, each of which may be missing. */
export function optional(...names: string[]): Key[] {
  return names.map((key) => ({ key, optional: true }));
}
