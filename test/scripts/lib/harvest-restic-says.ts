import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { backendScenes } from "./harvest-backends";
import { craftedScenes } from "./harvest-crafted";
import { damageScenes } from "./harvest-damage";
import type { Place, Said, Scene } from "./harvest-place";
import { makeTemplate, renew } from "./harvest-place";
import { runScenes } from "./harvest-runs";
import { serverScenes } from "./harvest-servers";

/**
 * Makes the fixtures in restic-says/ with the restic on the PATH, to be run by hand, as root, when restic changes:
 * ts-node test/scripts/lib/harvest-restic-says.ts [NAME…]. What is new then shows in the diff and in errors.test.ts.
 * It takes ten minutes, mounts and unmounts, and wants the sandbox's programs on the PATH and Debian's attr, bindfs,
 * e2fsprogs, libcap2-bin and openssh-server. Scenes that take longer are played when they are named.
 */
const folder = join(__dirname, "restic-says");

async function main(names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const place = await makeTemplate();
  try {
    const scenes = [...damageScenes, ...craftedScenes, ...runScenes, ...serverScenes, ...backendScenes];
    const wanted = scenes.filter(({ name, slow }) =>
      names.length === 0 ? !slow : names.some((start) => (slow ? name === start : name.startsWith(start))),
    );
    for (const scene of wanted) {
      await renew(place);
      await play(scene, place).catch((error) => {
        console.error(`${scene.name}: ${error}`);
        process.exitCode = 1;
      });
    }
    if (names.length === 0) {
      const known = new Set(scenes.map(({ name }) => `${name}.txt`));
      const old = (await readdir(folder)).filter((name) => !known.has(name));
      await Promise.all(old.map((name) => rm(join(folder, name))));
    }
  } finally {
    await rm(place.folder, { recursive: true, force: true });
  }
}

async function play(scene: Scene, place: Place): Promise<void> {
  place.said.length = 0;
  await scene.run(place);
  if (place.said.length === 0) {
    throw new Error(`${scene.name}: restic said nothing`);
  }
  const sections = place.said.map((said) => section(said, place));
  const first = sections.filter((text) => isNew(`${scene.expect} ${text}`));
  await writeFile(
    join(folder, `${scene.name}.txt`),
    `# ${scene.how}; expect: ${scene.expect}\n${(first.length > 0 ? first : sections.slice(0, 1)).join("")}`,
  );
  console.log(`${scene.name}: ${first.length} of ${sections.length}`);
}

/** Many injuries make restic say the same: once is enough. */
const kept = new Set<string>();

function isNew(text: string): boolean {
  const kind = text
    .replace(/[0-9a-f]{8,}/g, "#")
    .replace(/\d+/g, "0")
    .replace(/## 0 .*/, "");
  const size = kept.size;
  return kept.add(kind).size > size;
}

function section({ command, ended, words }: Said, place: Place): string {
  return `## ${ended} ${lasting(command, place)}\n${distinct(lasting(words, place))}`;
}

/** Without what belongs to this machine and this moment. */
function lasting(text: string, place: Place): string {
  return text
    .replaceAll(place.repository, "/repository")
    .replaceAll(place.folder, "/work")
    .replaceAll(hostname(), "node")
    .replace(/\/[\w./-]+\/tools\/bin\//g, "/usr/bin/")
    .replace(/(lookup \S+) on [\d.]+:\d+:/g, "$1:")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:8000")
    .replace(/\b(port|PID) \d+/g, "$1 1000")
    .replace(stackTrace, (trace) => {
      const frames = trace.match(frame) as string[];
      return [...frames.slice(0, 3), ...frames.slice(-2)].join("");
    });
}

/** In a JSON string: a function, and its place. */
const frame = /\\n[\w./()*-]+\\n\\t[\w./@-]+:\d+/g;
const stackTrace = new RegExp(`(${frame.source}){6,}`, "g");

/** Two lines of each kind: thousands of packs say the same. */
function distinct(text: string): string {
  const seen = new Map<string, number>();
  return text
    .split("\n")
    .filter((line) => {
      const kind = line
        .replace(/[0-9a-f]{8,}/g, "#")
        .replace(/retrying after \S+/, "retrying after")
        .replace(/\d+/g, "0")
        .replace(/(attachments|exports|data)\/[\w ]+/g, "$1/");
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      return line.trim() !== "" && (seen.get(kind) as number) <= 2;
    })
    .map((line) => `${line}\n`)
    .join("");
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
