import { execa } from "execa";

/** Output of kubectl; an error holds what it said. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await execa("kubectl", args, { stdin: "ignore" });
  return stdout;
}

/** Whether the API server would take this object; nothing is created. */
export async function isAccepted(object: object): Promise<boolean> {
  const options = { input: JSON.stringify(object), reject: false } as const;
  return (await execa("kubectl", ["create", "--dry-run=server", "-f", "-"], options)).exitCode === 0;
}

/** Like `kubectl`, for commands that are expected to fail: both outputs, and the exit code. */
export async function tryKubectl(...args: string[]): Promise<{ exitCode: number | undefined; text: string }> {
  const result = await execa("kubectl", args, { stdin: "ignore", reject: false, all: true });
  return { exitCode: result.exitCode, text: result.all ?? "" };
}

export async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await execa("kubectl", ["apply", "-f", "-"], { input });
}

export async function getJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl("get", ...args, "-o", "json")) as T;
}

/** A namespace that is new, whatever an earlier run has left. */
export async function newNamespace(name: string): Promise<void> {
  await kubectl("delete", "namespace", name, "--ignore-not-found", "--wait");
  await kubectl("create", "namespace", name);
  // Pods are refused until the namespace has its service account.
  await kubectl("-n", name, "wait", "--for=create", "serviceaccount/default", "--timeout=60s");
}

export async function deleteNamespace(name: string): Promise<void> {
  await kubectl("delete", "namespace", name, "--wait=false");
}
