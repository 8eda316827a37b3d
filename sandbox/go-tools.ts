import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { link, makeFolder } from "./built";
import { bin, standInBin, tools } from "./state";

/** Programs that are built together from one Go module of ours. */
export interface GoTools {
  /** Folder below `sandbox/go`. */
  readonly module: string;
  /** Programs by name, with their package. */
  readonly programs: { readonly [name: string]: string };
  /** How long it takes with an empty build cache, on 2 cores. */
  readonly duration: string;
  readonly variables?: { readonly [name: string]: string };
  /** What we measure is optimised; the rest compiles in half the time without. */
  readonly optimised?: boolean;
  /** Files of a module that lie beside the program. */
  readonly files?: { readonly [name: string]: { readonly module: string; readonly path: string } };
  readonly folder?: string;
}

/** What the user has set for their own modules must not change ours. */
const goEnvironment = { CGO_ENABLED: "0", GOGC: "400", GOFLAGS: "", GOWORK: "off" };

const kubernetesVersion = "k8s.io/component-base/version";

/** The engine, the cluster, and what runs in the pods of the demo. */
export const goTools: readonly GoTools[] = [
  { module: "restic", programs: { restic: "github.com/restic/restic/cmd/restic" }, duration: "2 min", optimised: true },
  { module: "etcd", programs: { etcd: "go.etcd.io/etcd/server/v3" }, duration: "1 min" },
  {
    module: "kubernetes",
    programs: Object.fromEntries(
      ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"].map(
        (name) => [name, `k8s.io/kubernetes/cmd/${name}`],
      ),
    ),
    duration: "4 min",
    variables: {
      [`${kubernetesVersion}.gitVersion`]: "v1.35.4",
      [`${kubernetesVersion}.gitMajor`]: "1",
      [`${kubernetesVersion}.gitMinor`]: "35",
    },
  },
  {
    module: "languages",
    programs: { "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3" },
    duration: "1 min",
  },
  {
    module: "pulumi",
    programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    duration: "3 min",
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
  },
  { module: "pulumi", programs: { "pulumi-resource-random": "." }, duration: "a few seconds", folder: standInBin },
  {
    module: "provider-kubernetes",
    programs: { "pulumi-resource-kubernetes": "." },
    duration: "6 min",
    files: {
      "kubernetes-schema.json": {
        module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        path: "cmd/pulumi-resource-kubernetes/schema.json",
      },
    },
  },
  { module: "volume-provisioner", programs: { "volume-provisioner": "." }, duration: "1 min" },
  { module: "coredns", programs: { coredns: "." }, duration: "1 min" },
  { module: "pause", programs: { pause: "." }, duration: "a few seconds" },
];

/** Storage servers, and programs that restic needs for some of them: the tests' business, not the demo's. */
export const serverTools: readonly GoTools[] = [
  {
    module: "rest-server",
    programs: { "rest-server": "github.com/restic/rest-server/cmd/rest-server" },
    duration: "10 s",
  },
  { module: "versitygw", programs: { versitygw: "github.com/versity/versitygw/cmd/versitygw" }, duration: "1 min" },
  { module: "rclone", programs: { rclone: "github.com/rclone/rclone" }, duration: "3 min" },
  {
    module: "fake-gcs-server",
    programs: { "fake-gcs-server": "github.com/fsouza/fake-gcs-server" },
    duration: "1 min",
  },
];

/** Short title of a group, for the progress display. */
export function titleOf({ programs }: GoTools): string {
  return Object.keys(programs).join(", ");
}

/** Where a program lies once it is built. */
export function pathOf(program: string): string {
  return join(program === "pulumi-resource-random" ? standInBin : bin, program);
}

export async function isBuilt(group: GoTools): Promise<boolean> {
  const folder = await folderOf(group);
  return Object.keys(group.programs).every((name) => existsSync(join(folder, name)));
}

/**
 * Builds a group into a folder named by everything that goes into it, and links its programs into the folder for the
 * PATH. It may be killed at any time: programs appear only complete, and Go's build cache keeps what was compiled.
 */
export async function build(group: GoTools, log: string): Promise<void> {
  const folder = await folderOf(group);
  if (!(await isBuilt(group))) {
    await makeFolder(folder, (unfinished) => compile(group, unfinished, log));
  }
  link(folder, group.folder ?? bin);
}

async function compile(group: GoTools, into: string, log: string): Promise<void> {
  const source = sourceOf(group);
  for (const [name, path] of Object.entries(group.programs)) {
    // One after another: two links at a time need more memory than a small machine has.
    await execa("go", ["build", ...compilerFlags(group), "-o", join(into, name), path], {
      cwd: source,
      env: goEnvironment,
      stdout: { file: log, append: true },
      stderr: { file: log, append: true },
    });
  }
  for (const [name, { module, path }] of Object.entries(group.files ?? {})) {
    const list = ["list", "-m", "-f", "{{.Dir}}", module];
    const { stdout } = await execa("go", list, { cwd: source, env: goEnvironment });
    await copyFile(join(stdout.trim(), path), join(into, name));
  }
}

/** Name of the folder: a hash of the module, our sources, the flags and the version of Go. */
export async function folderOf(group: GoTools, source = sourceOf(group)): Promise<string> {
  const hash = createHash("sha256");
  for (const name of readdirSync(source).sort()) {
    hash.update(name).update(readFileSync(join(source, name)));
  }
  hash.update(JSON.stringify([group.programs, compilerFlags(group), group.files ?? {}, await goVersion()]));
  return join(tools, "built", `${Object.keys(group.programs)[0]}-${hash.digest("hex").slice(0, 16)}`);
}

let version: Promise<string> | undefined;

function goVersion(): Promise<string> {
  version ??= execa("go", ["env", "GOVERSION", "GOARCH"]).then(({ stdout }) => stdout);
  return version;
}

function sourceOf({ module }: GoTools): string {
  return join(__dirname, "go", module);
}

function compilerFlags({ optimised, variables = {} }: GoTools): string[] {
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-trimpath", ...(optimised ? [] : ["-gcflags=all=-N -l"]), "-ldflags", ["-s", "-w", ...settings].join(" ")];
}
