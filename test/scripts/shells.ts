import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { forAnyUser } from "./for-any-user";
import { programPath } from "./programs";

export { programPath } from "./programs";

export interface Shell {
  readonly name: string;
  readonly command: string;
  readonly fillBin: (bin: string) => Promise<void>;
}

/** The image's own programs, and the same with Debian's shell: a PATH of these holds no more than the image. */
export const shells: readonly Shell[] = [
  { name: "busybox sh", command: "sh", fillBin: linkApplets },
  {
    name: "dash",
    command: "dash",
    fillBin: async (bin) => {
      await linkApplets(bin);
      await rm(join(bin, "sh"));
      const dash = await programPath("dash");
      await Promise.all(["dash", "sh"].map((name) => symlink(dash, join(bin, name))));
    },
  },
];

/** All that the image's busybox can be; its shell looks for them on the PATH, as for any other program. */
async function linkApplets(bin: string): Promise<void> {
  const { busybox } = await forAnyUser();
  const { stdout } = await execa(busybox, ["--list"]);
  await Promise.all(stdout.split("\n").map((applet) => symlink(busybox, join(bin, applet.trim()))));
}
