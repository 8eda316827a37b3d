import assert from "node:assert/strict";
import { getJson, kubectl } from "./cluster";

/** Fails when a secret stands in an object that is no Secret, an event, a log of a pod, or one of the given texts. */
export async function assertHidden(
  namespace: string,
  secrets: readonly string[],
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const kinds = "cronjob,job,deployment,replicaset,pod,configmap,serviceaccount,persistentvolumeclaim";
  const own = ["--selector", "app.kubernetes.io/name=restic-backup"];
  const places: Record<string, string> = {
    ...texts,
    "kubectl describe": await kubectl("-n", namespace, "describe", kinds, ...own),
    "kubectl get": await kubectl("-n", namespace, "get", kinds, ...own, "-o", "yaml"),
    events: await kubectl("-n", namespace, "get", "events", "-o", "yaml"),
    ...(await logs(namespace, own)),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    secrets
      .flatMap(tellingParts)
      .filter((part) => text.includes(part) || text.includes(JSON.stringify(part).slice(1, -1)))
      .map(() => place),
  );
  assert.deepEqual([...new Set(found)], [], "a secret is shown");
  assert.ok(Object.keys(places).length > 3 + Object.keys(texts).length, "there are logs to look into");
}

async function logs(namespace: string, own: readonly string[]): Promise<Record<string, string>> {
  const pods = await getJson<{ items: { metadata: { name: string } }[] }>("-n", namespace, "pod", ...own);
  const names = pods.items.map(({ metadata }) => metadata.name);
  const texts = names.map((name) => kubectl("-n", namespace, "logs", name, "--all-containers"));
  return Object.fromEntries((await Promise.all(texts)).map((text, i) => [`log of ${names[i]}`, text]));
}

/** Of a key that has many lines, a line would be enough to be found. */
function tellingParts(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.length > 24 && !line.startsWith("-----"));
  return lines.length > 0 ? lines : [secret];
}
