import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";

/** What a folder holds, by name as raw bytes: kind, mode, time and content of each entry. */
export async function manifest(folder: string): Promise<string[]> {
  return (await entries(Buffer.from(folder), Buffer.alloc(0))).sort();
}

async function entries(folder: Buffer, prefix: Buffer): Promise<string[]> {
  const names = await readdir(folder, { encoding: "buffer" });
  const described = await Promise.all(
    names.map(async (name) => {
      const path = Buffer.concat([folder, Buffer.from("/"), name]);
      const shown = Buffer.concat([prefix, name]);
      const status = await lstat(path);
      const line = `${shown.toString("hex")} ${status.mode.toString(8)} ${status.uid}:${status.gid} `;
      if (status.isDirectory()) {
        return [line, ...(await entries(path, Buffer.concat([shown, Buffer.from("/")])))];
      }
      const content = status.isSymbolicLink() ? await readlink(path, { encoding: "buffer" }) : await readFile(path);
      return [`${line}${Math.floor(status.mtimeMs)} ${createHash("sha256").update(content).digest("hex")}`];
    }),
  );
  return described.flat();
}
