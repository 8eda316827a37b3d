import { execa } from "execa";
import { library } from "../../support/jq";
import { runRaw } from "../../support/raw-jq";
import { imageProgram } from "../programs";

/** What Go adds to the mode of each type. */
const go = {
  file: 0,
  dir: 2 ** 31,
  symlink: 2 ** 27,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  dev: 2 ** 26,
  chardev: 2 ** 26 + 2 ** 21,
};
export const special = { setuid: 2 ** 23, setgid: 2 ** 22, sticky: 2 ** 20 };

export interface Node {
  readonly type: keyof typeof go;
  readonly mode: number;
  readonly path?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly inode?: number;
}

/** The lines that manifest.jq makes of what restic lists. */
export async function manifest(nodes: readonly Node[], empties = ""): Promise<string[]> {
  const snapshot = { id: "x", paths: ["/data"], message_type: "snapshot", struct_type: "snapshot" };
  const listed = nodes.map(({ mode, ...node }, index) => ({
    path: `/data/${index}`,
    uid: 0,
    gid: 0,
    ...node,
    ...(mode + go[node.type] === 0 ? {} : { mode: mode + go[node.type] }),
    message_type: "node",
    struct_type: "node",
  }));
  const input = [snapshot, ...listed].map((line) => `${JSON.stringify(line)}\n`).join("");
  return (await runRaw("manifest", "-rn", input, { path: "/data", empties })).split("\n");
}

/** What a program of awk prints, in the image's own busybox. */
export async function awk(program: string, input: string): Promise<string> {
  const busybox = await imageProgram("busybox");
  return (await execa(busybox, ["awk", "-f", `${library}/${program}.awk`], { input })).stdout;
}

/** The classes that entries.awk counts. */
export function counted(lines: readonly string[]): Promise<string> {
  return awk("entries", lines.join("\n"));
}
