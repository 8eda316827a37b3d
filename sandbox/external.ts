import { execa } from "execa";
import { home } from "./state";

/** A cluster and an engine of the user's own. */
export interface External {
  readonly context: string;
  readonly server: string;
  readonly pulumi: string;
}

/**
 * The user's own cluster and engine, when `KUBECONFIG` points to a cluster that answers and `pulumi` is on the PATH.
 * Only the variable counts: a cluster that merely stands in `~/.kube/config` may be production.
 */
export async function external(): Promise<External | undefined> {
  const kubeconfig = process.env.KUBECONFIG;
  if (!kubeconfig || kubeconfig.startsWith(`${home}/`)) {
    return undefined;
  }
  const pulumi = await output("sh", ["-c", "command -v pulumi"]);
  if (!pulumi || pulumi.startsWith(`${home}/`)) {
    return undefined;
  }
  const server = await output("kubectl", [
    "config",
    "view",
    "--minify",
    "--output=jsonpath={.clusters[0].cluster.server}",
  ]);
  const reachable = await output("kubectl", ["--request-timeout=5s", "get", "--raw", "/readyz"]);
  const context = await output("kubectl", ["config", "current-context"]);
  return server && reachable && context ? { context, server, pulumi } : undefined;
}

async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await execa(program, args, { reject: false, stdin: "ignore" });
  return exitCode === 0 ? stdout : undefined;
}
