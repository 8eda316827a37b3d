import { createServer } from "node:net";
import { parts } from "./control-plane";
import { runningPid } from "./processes";

/** Fails when another program has a port that a part of the cluster is going to need. */
export async function checkPorts(): Promise<void> {
  for (const { name, ports = [] } of parts) {
    for (const port of runningPid(name) === undefined ? ports : []) {
      if (await isTaken(port)) {
        throw new Error(
          `port ${port}, which ${name} needs, is taken by another program: end that (\`ss -ltnp\` names it), or set KUBECONFIG to a cluster of yours`,
        );
      }
    }
  }
}

/** On any of our addresses: some parts listen on all. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}
