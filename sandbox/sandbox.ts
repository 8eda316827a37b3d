import { rmSync } from "node:fs";
import { environment, exportLines } from "./environment";
import { external } from "./external";
import { withLock } from "./lock";
import { home, tools } from "./state";
import { status } from "./status";
import { tearDown } from "./teardown";
import { type Scope, up } from "./up";

const help = `A disposable Kubernetes node and a Pulumi engine, built from package registries.

usage: npm run --silent sandbox -- VERB

  up                build what is missing and start it; does nothing when all is there
  up --servers      with the storage servers of the tests
  env               print export lines: eval "$(npm run --silent sandbox -- env)"
  status            what is there and what is not; exit code 1 unless all is
  status --servers  with the storage servers of the tests
  down              end the cluster and remove all that it made; built programs stay for the next up
  down --all        remove the built programs too

Everything lies in ${home}; set RESTIC_BACKUP_SANDBOX to put it elsewhere.
When KUBECONFIG points to a cluster that answers and pulumi is on the PATH, both are used and nothing is built.`;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main([verb, ...options]: readonly string[]): Promise<number> {
  const given = options.join(" ");
  const all = verb === "down" && given === "--all";
  const servers = (verb === "up" || verb === "status") && given === "--servers";
  if (given !== "" && !all && !servers) {
    say(`unknown option ${given}: see --help`);
    return 64;
  }
  switch (verb) {
    case "up":
      await up(say, { servers });
      return 0;
    case "env":
      console.log(exportLines(await environment()));
      return 0;
    case "status":
      return printStatus({ servers });
    case "down":
      await down(all);
      return 0;
    case "--help":
    case "help":
      console.log(help);
      return 0;
    default:
      say(help);
      return 64;
  }
}

async function printStatus(scope: Scope): Promise<number> {
  const own = await external();
  if (own) {
    console.log(`your cluster is used: context ${own.context}, server ${own.server}`);
    return 0;
  }
  const { lines, good } = await status(scope);
  console.log(lines.join("\n"));
  return good ? 0 : 1;
}

async function down(all: boolean): Promise<void> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("there is nothing to end here: the sandbox runs on Linux, as root");
  }
  await withLock((pid) => say(`waiting for process ${pid}, which is at work on the sandbox`), tearDown);
  if (all) {
    rmSync(tools, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    say(`sandbox: ${error.message}`);
    process.exitCode = 1;
  },
);
