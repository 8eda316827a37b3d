import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { buildCTool, cTools, isCToolBuilt } from "./c-tools";
import { installPackages, missingPackages } from "./debian";
import { external } from "./external";
import { build, goTools, isBuilt, serverTools, titleOf } from "./go-tools";
import { archiveOf, missingImages } from "./image-archives";
import { type Image, images, serverImages } from "./images";
import { withLock } from "./lock";
import { isReady, startNode } from "./node";
import { runSteps, type Step } from "./progress";
import { home, tools } from "./state";

const buildLog = join(tools, "build.log");

/** What an `up` is for: the demo needs no storage servers, the tests do. */
export interface Scope {
  readonly servers: boolean;
}

/** Brings the sandbox up; whatever is there already is left as it is. */
export async function up(say: (line: string) => void, scope: Scope = { servers: false }): Promise<void> {
  const own = await external();
  if (own) {
    say(`using your cluster: context ${own.context}, server ${own.server}, engine ${own.pulumi}`);
    return;
  }
  if (process.env.KUBECONFIG && !process.env.KUBECONFIG.startsWith(`${home}/`)) {
    say(
      "KUBECONFIG is set, but not used: its cluster does not answer, or kubectl or pulumi is not on the PATH; the sandbox's own cluster comes up instead",
    );
  }
  const reason = await unfit();
  if (reason) {
    throw new Error(
      `the sandbox needs ${reason}: set KUBECONFIG to any other cluster (kind and k3d make one) and install pulumi, both are used instead`,
    );
  }
  await withLock(
    (pid) => say(`waiting for process ${pid}, which is at work on the sandbox`),
    async () => {
      mkdirSync(tools, { recursive: true });
      rmSync(buildLog, { force: true });
      const steps = await stepsToDo(scope);
      if (steps.length > 0) {
        const started = Date.now();
        await runSteps(steps).catch((error: Error) => {
          throw new Error(existsSync(buildLog) ? `${error.message.split("\n")[0]}${tailOf(buildLog)}` : error.message);
        });
        say(`the sandbox is up, after ${((Date.now() - started) / 1000).toFixed(0)} s`);
      }
    },
  );
}

async function stepsToDo({ servers }: Scope): Promise<Step[]> {
  const steps: Step[] = [];
  const missing = missingPackages();
  if (missing.length > 0) {
    const title = `Install Debian packages: ${missing.join(", ")}`;
    steps.push({ title, run: () => installPackages(missing, buildLog) });
  }
  for (const { title, duration, isBuilt, build } of builds(servers)) {
    // Linking what is built is part of it: another checkout may have built it.
    if (await isBuilt()) {
      await build();
    } else {
      steps.push({ title: `Build ${title} (about ${duration} on 2 cores)`, run: build });
    }
  }
  const wanted = servers ? [...images, ...serverImages] : images;
  if (steps.length === 0 && (await isReady()) && (await missingImages(wanted)).length === 0) {
    return [];
  }
  steps.push(makeImages("Make container images", images));
  if (servers) {
    steps.push(makeImages("Make container images of the storage servers (about 2 min the first time)", serverImages));
  }
  steps.push({ title: "Start Kubernetes", run: () => startNode(wanted) });
  return steps;
}

interface Build {
  readonly title: string;
  readonly duration: string;
  readonly isBuilt: () => Promise<boolean>;
  readonly build: () => Promise<void>;
}

function builds(servers: boolean): Build[] {
  return [
    ...cTools.map((tool) => ({
      title: tool.name,
      duration: tool.duration,
      isBuilt: () => isCToolBuilt(tool),
      build: () => buildCTool(tool, buildLog),
    })),
    ...(servers ? [...goTools, ...serverTools] : goTools).map((group) => ({
      title: titleOf(group),
      duration: group.duration,
      isBuilt: () => isBuilt(group),
      build: () => build(group, buildLog),
    })),
  ];
}

function makeImages(title: string, images: readonly Image[]): Step {
  const run = async () => {
    for (const image of images) {
      await archiveOf(image);
    }
  };
  return { title, run };
}

/** What this machine lacks. */
async function unfit(): Promise<string | undefined> {
  if (process.platform !== "linux") {
    return "Linux";
  }
  if (process.getuid?.() !== 0) {
    return "root, to run containers";
  }
  const { stdout = "" } = await execa("go", ["env", "GOVERSION"], { reject: false, cwd: "/" });
  const [, minor = 0] = stdout.replace("go", "").split(".").map(Number);
  if (minor < 26) {
    return "Go 1.26 or newer";
  }
  return existsSync("/usr/bin/apt-get") ? undefined : "Debian's apt-get";
}

function tailOf(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15);
  return `; the end of ${log}:\n${lines.join("\n")}`;
}
