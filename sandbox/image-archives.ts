import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { downloadPackages } from "./debian";
import { pathOf } from "./go-tools";
import type { Image } from "./images";
import { cluster, containerdSocket, tools } from "./state";
import { writeAtomically } from "./write-atomically";

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

/** Gives the cluster the images that it does not have yet in these contents, as a registry would. */
export async function importMissing(images: readonly Image[]): Promise<void> {
  for (const image of await missingImages(images)) {
    await ctr("images", "import", await archiveOf(image));
    mkdirSync(dirname(recordOf(image)), { recursive: true });
    writeAtomically(recordOf(image), keyOf(image));
  }
}

/** Images that the cluster lacks, or has in other contents. */
export async function missingImages(images: readonly Image[]): Promise<Image[]> {
  const names = await importedImages();
  return images.filter(
    (image) =>
      !names.includes(image.name) ||
      !existsSync(recordOf(image)) ||
      readFileSync(recordOf(image), "utf8") !== keyOf(image),
  );
}

/** Where it stands which contents of an image the cluster has. */
function recordOf({ name }: Image): string {
  return join(cluster, "images", encodeURIComponent(name));
}

export async function importedImages(): Promise<string[]> {
  const { stdout } = await ctr("images", "list", "--quiet");
  return stdout.split("\n").filter((name) => !name.startsWith("sha256:"));
}

function ctr(...args: string[]) {
  return execa("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", ...args]);
}

async function layOut({ programs, script, packages, npm }: Image, root: string): Promise<void> {
  mkdirSync(root);
  if (packages) {
    await downloadPackages(packages, join(root, "packages"));
  }
  if (npm) {
    await installModules(npm, join(root, "opt", npm));
  }
  for (const [path, program] of Object.entries(programs)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    await execa("install", ["-m", "0755", pathOf(program), join(root, path)]);
  }
  if (script) {
    await execa("sh", [join(__dirname, "images", script), root]);
  }
  mkdirSync(join(root, "tmp"), { recursive: true });
  await execa("chmod", ["1777", join(root, "tmp")]);
}

/** Exactly what the lock file names, without their install scripts. */
async function installModules(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await execa("cp", ["-R", `${join(__dirname, "npm", name)}/.`, folder]);
  await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdin: "ignore" });
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
  for (const folder of [...(image.script ? ["images"] : []), ...(image.npm ? [join("npm", image.npm)] : [])]) {
    // All of its files, because the scripts read each other.
    for (const name of readdirSync(join(__dirname, folder)).sort()) {
      hash.update(name).update(readFileSync(join(__dirname, folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
