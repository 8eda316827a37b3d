import { access, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

export interface Shell {
  readonly name: string;
  readonly command: string;
  readonly fillBin: (bin: string) => Promise<void>;
}

/** The shells of the image and of Debian, each with a PATH that holds no more than it needs. */
export const shells: readonly Shell[] = [
  {
    name: "busybox sh",
    command: "sh",
    fillBin: async (bin) => {
      const busybox = await programPath("busybox");
      const { stdout } = await execa(busybox, ["--list"]);
      // busybox runs its own applets rather than what PATH holds, unless they are the only ones there.
      await Promise.all(stdout.split("\n").map((applet) => symlink(busybox, join(bin, applet.trim()))));
    },
  },
  {
    name: "dash",
    command: "dash",
    fillBin: async (bin) => {
      const programs = (
        "awk cat chmod cp cut date dash dirname find grep head id mkdir mktemp mv printf readlink rm rmdir " +
        "sed sleep stat tail tr wc"
      ).split(" ");
      await Promise.all(programs.map(async (program) => symlink(await programPath(program), join(bin, program))));
      await symlink(await programPath("dash"), join(bin, "sh"));
      // Another unzip writes other words.
      await symlink(await programPath("busybox"), join(bin, "unzip"));
    },
  },
];

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
    `${name} is not on the PATH: these tests need it. Debian has it as a package; npm run sandbox builds restic.`,
  );
}
