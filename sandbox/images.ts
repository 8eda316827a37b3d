import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { pathOf } from "./go-tools";
import { containerdSocket, tools } from "./state";

interface Image {
  /** The public name, so that the same manifests run on a cluster with a registry. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** Programs of ours at their place in the image. */
  readonly programs: { readonly [path: string]: string };
  /** Script that lays out the rest. */
  readonly script?: string;
}

export const images: readonly Image[] = [
  { name: "registry.k8s.io/pause:3.10", entrypoint: ["/pause"], programs: { "/pause": "pause" } },
  {
    name: "docker.io/restic/restic:0.19.1",
    entrypoint: ["/entrypoint.sh"],
    programs: { "/usr/bin/restic": "restic" },
    script: "restic.sh",
  },
  {
    name: "docker.io/restic/rest-server:0.14.0",
    entrypoint: ["/usr/bin/rest-server"],
    programs: { "/usr/bin/rest-server": "rest-server" },
  },
  {
    name: "docker.io/versity/versitygw:v1.8.0",
    entrypoint: ["/usr/local/bin/versitygw"],
    programs: { "/usr/local/bin/versitygw": "versitygw" },
  },
];

/** Makes the archive of an image, unless there is one of the same contents, and gives its path. */
export async function archiveOf(image: Image): Promise<string> {
  const archive = join(tools, "images", `${keyOf(image)}.tar`);
  if (!existsSync(archive)) {
    mkdirSync(dirname(archive), { recursive: true });
    const work = await mkdtemp(`${archive}.`);
    try {
      await layOut(image, join(work, "root"));
      await pack(image, work);
      renameSync(join(work, "image.tar"), archive);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return archive;
}

/** Gives the images to the cluster, as a registry would. */
export async function importImages(): Promise<void> {
  for (const image of images) {
    await ctr("images", "import", await archiveOf(image));
  }
}

export async function importedImages(): Promise<string[]> {
  const { stdout } = await ctr("images", "list", "--quiet");
  return stdout.split("\n").filter((name) => !name.startsWith("sha256:"));
}

function ctr(...args: string[]) {
  return execa("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", ...args]);
}

async function layOut({ programs, script }: Image, root: string): Promise<void> {
  mkdirSync(root);
  if (script) {
    await execa("sh", [join(__dirname, "images", script), root, pathOf("restic")]);
  }
  for (const [path, program] of Object.entries(programs)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    await execa("install", ["-m", "0755", pathOf(program), join(root, path)]);
  }
  mkdirSync(join(root, "tmp"), { recursive: true });
  await execa("chmod", ["1777", join(root, "tmp")]);
}

/** A docker-archive of one layer, https://github.com/moby/docker-image-spec/blob/main/v1.2.md */
async function pack({ name, entrypoint }: Image, work: string): Promise<void> {
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  await execa("tar", ["-C", join(work, "root"), ...owner, "-cf", join(work, "layer.tar"), "."]);
  const layer = createHash("sha256");
  await pipeline(createReadStream(join(work, "layer.tar")), layer);
  const config = {
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Entrypoint: entrypoint,
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer.digest("hex")}`] },
  };
  writeFileSync(join(work, "config.json"), JSON.stringify(config));
  const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
  writeFileSync(join(work, "manifest.json"), JSON.stringify(manifest));
  await execa("tar", ["-C", work, "-cf", join(work, "image.tar"), "config.json", "manifest.json", "layer.tar"]);
}

/** Contents that an image depends on; the programs' own folders carry the hash of what they were built from. */
function keyOf(image: Image): string {
  const hash = createHash("sha256").update(JSON.stringify(image));
  for (const program of Object.values(image.programs)) {
    hash.update(readFileSync(pathOf(program)));
  }
  if (image.script) {
    hash.update(readFileSync(join(__dirname, "images", image.script)));
  }
  return hash.digest("hex").slice(0, 16);
}
