import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { external } from "./external";
import { isReady } from "./node";
import { bin, cluster, home, kubeconfig, standInBin } from "./state";

export type Environment = Record<string, string>;

const pulumiHome = join(cluster, "pulumi-home");
/** Not of `PULUMI_HOME`, which is ours in a shell with our environment. */
const userPlugins = join(homedir(), ".pulumi", "plugins");

/** What a shell needs so that `kubectl` and `pulumi` speak to the sandbox, or to the user's own cluster. */
export async function environment(): Promise<Environment> {
  if (await external()) {
    return ownState(join(home, "pulumi-state"));
  }
  if (!(await isReady())) {
    throw new Error("the sandbox is not up: start it with `npm run sandbox -- up`");
  }
  offerOfficialRandomPlugin(pulumiHome);
  return {
    PATH: `${folders()}:${process.env.PATH}`,
    KUBECONFIG: kubeconfig,
    PULUMI_HOME: pulumiHome,
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
  return entriesOf(userPlugins).some(isRandomPlugin);
}

/** The engine looks for plugins in our PULUMI_HOME, where the user's are not; it follows no links. */
function offerOfficialRandomPlugin(home: string): void {
  for (const name of entriesOf(userPlugins).filter(isRandomPlugin)) {
    cpSync(join(userPlugins, name), join(home, "plugins", name), { recursive: true, force: false });
  }
}

function isRandomPlugin(name: string): boolean {
  return /^resource-random-v[0-9.]+$/.test(name);
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
