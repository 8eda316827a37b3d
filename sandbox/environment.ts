import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { external } from "./external";
import { isReady } from "./node";
import { bin, cluster, home, kubeconfig, standInBin } from "./state";

export type Environment = Record<string, string>;

/** What a shell needs so that `kubectl` and `pulumi` speak to the sandbox, or to the user's own cluster. */
export async function environment(): Promise<Environment> {
  if (await external()) {
    return ownState(join(home, "pulumi-state"));
  }
  if (!(await isReady())) {
    throw new Error("the sandbox is not up: start it with `npm run sandbox -- up`");
  }
  return {
    PATH: `${folders()}:${process.env.PATH}`,
    KUBECONFIG: kubeconfig,
    PULUMI_HOME: join(cluster, "pulumi-home"),
    PULUMI_BACKEND_URL: backendIn(join(cluster, "pulumi-state")),
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** As lines for `eval`. The PATH is put in front of the shell's own, because npm's differs from it. */
export function exportLines(variables: Environment): string {
  return Object.entries(variables)
    .map(([name, value]) =>
      name === "PATH" ? `export PATH=${quoted(folders())}:"$PATH"` : `export ${name}=${quoted(value)}`,
    )
    .join("\n");
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function folders(): string {
  return [bin, ...(hasOfficialRandomPlugin() ? [] : [standInBin])].join(":");
}

/** Encrypts the state of the stack dev, whose salt stands in Pulumi.dev.yaml; it protects nothing. */
const passphrase = "sandbox";

/** With an engine of the user's own, only what is not set: a state of ours, instead of where their stacks are. */
function ownState(folder: string): Environment {
  return {
    ...(process.env.PULUMI_BACKEND_URL ? {} : { PULUMI_BACKEND_URL: backendIn(folder) }),
    ...(process.env.PULUMI_CONFIG_PASSPHRASE || process.env.PULUMI_CONFIG_PASSPHRASE_FILE
      ? {}
      : { PULUMI_CONFIG_PASSPHRASE: passphrase }),
  };
}

function backendIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return `file://${folder}`;
}

function hasOfficialRandomPlugin(): boolean {
  const folder = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("resource-random-v"));
}
