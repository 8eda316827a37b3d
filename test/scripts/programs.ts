import { access } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** What the official image's own programs say; the sandbox builds them (`sandbox/c-tools.ts`). */
const imagePrograms = {
  busybox: { args: [], says: /^BusyBox v1\.37\./ },
  jq: { args: ["--version"], says: /^jq-1\.8\./ },
};

export type ImageProgram = keyof typeof imagePrograms;

const found = new Map<ImageProgram, Promise<string>>();

/** Path of a program as the image has it: Debian's of the same name is older and linked to another C library. */
export function imageProgram(name: ImageProgram): Promise<string> {
  const path = found.get(name) ?? findImageProgram(name);
  found.set(name, path);
  return path;
}

async function findImageProgram(name: ImageProgram): Promise<string> {
  const path = await programPath(name);
  const { args, says } = imagePrograms[name];
  const { all } = await execa(path, args, { all: true, reject: false });
  if (!says.test(all)) {
    throw new Error(`${path} is not the image's, which says ${says}: npm run sandbox -- up builds that one.`);
  }
  return path;
}

/** A missing program fails the tests: one that is skipped would say nothing. */
export async function programPath(name: string): Promise<string> {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const candidate = join(folder, name);
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    ) {
      return candidate;
    }
  }
  throw new Error(
    `${name} is not on the PATH: these tests need it. Debian has it as a package; npm run sandbox builds restic, busybox and jq.`,
  );
}
