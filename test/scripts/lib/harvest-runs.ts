import { spawn } from "node:child_process";
import { appendFile, chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Expect, Place, RunOptions, Scene } from "./harvest-place";

const nobody = 65534;

function scene(name: string, how: string, expect: Expect, run: (place: Place) => Promise<void>): Scene {
  return { name, how, expect, run };
}

const backupOf = (...paths: string[]) => ["--json", "backup", "--host", "jira-backup", "--", ...paths];

/** Backs up what `make` makes with all rights, and restores it with those of the options. */
async function restoreOf(place: Place, make: (folder: string) => Promise<unknown>, options: RunOptions): Promise<void> {
  const folder = join(place.folder, "special");
  await mkdir(folder);
  try {
    await make(folder);
    await execa("restic", backupOf(folder), { env: place.env, stdin: "ignore" });
    const args = ["--json", "restore", `latest:${folder}`, "--target", place.target, "--verify"];
    await place.restic(args, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Something that is there while a scene plays. */
async function mounted(at: string, args: readonly string[], during: () => Promise<void>): Promise<void> {
  await mkdir(at, { recursive: true });
  await execa("mount", [...args, at]);
  try {
    await during();
  } finally {
    await execa("umount", ["--lazy", at]);
  }
}

const small = (size: string) => ["-t", "tmpfs", "-o", `size=${size},mode=1777`, "tmpfs"];

/** A small ext4, in a file, as the target. */
async function inImage(place: Place, during: () => Promise<void>): Promise<void> {
  const image = join(place.folder, "image");
  await execa("truncate", ["-s", "40M", image]);
  await execa("mkfs.ext4", ["-q", "-O", "^has_journal,^ea_inode", image]);
  try {
    await mounted(place.target, ["-o", "loop", image], during);
  } finally {
    await rm(image);
  }
}

/** A target that refuses something, as file servers do. */
async function onBindfs(place: Place, options: readonly string[], during: () => Promise<void>): Promise<void> {
  const real = join(place.folder, "real");
  await mkdir(real);
  await execa("bindfs", [...options, real, place.target]);
  try {
    await during();
  } finally {
    await execa("umount", ["--lazy", place.target]);
    await rm(real, { recursive: true });
  }
}

/** What a shell does all the while, without end. */
async function meanwhile(script: string, during: () => Promise<void>): Promise<void> {
  const child = spawn("sh", ["-c", `while :; do ${script}; done`], { stdio: "ignore", detached: true });
  try {
    await during();
  } finally {
    process.kill(-(child.pid as number), "SIGKILL");
  }
}

const pod = ["chown", "fowner", "dac_override"] as const;
const file = async (folder: string, name = "file") => {
  await writeFile(join(folder, name), "contents");
  return join(folder, name);
};

const attributes: readonly Scene[] = [
  scene(
    "attributes-capability-of-a-file",
    "a restore as the pods of a file with security.capability",
    "attributes",
    (place) =>
      restoreOf(place, async (folder) => execa("setcap", ["cap_net_raw+ep", await file(folder)]), { rights: pod }),
  ),
  scene(
    "attributes-integrity",
    "a restore as the pods of a file with an attribute of the kernel's integrity subsystem",
    "attributes",
    (place) =>
      restoreOf(
        place,
        async (folder) => execa("setfattr", ["-n", "security.ima", "-v", "0x0301", await file(folder)]),
        { rights: pod },
      ),
  ),
  scene("attributes-too-large", "a restore of a large attribute onto ext4", "attributes", (place) =>
    inImage(place, () =>
      restoreOf(
        place,
        async (folder) => execa("setfattr", ["-n", "user.large", "-v", "x".repeat(20_000), await file(folder)]),
        {},
      ),
    ),
  ),
  scene("attributes-owner", "a restore without CAP_CHOWN, as onto NFS with root_squash", "attributes", (place) =>
    restoreOf(place, async (folder) => chown(await file(folder), 1000, 1000), { rights: ["fowner", "dac_override"] }),
  ),
  scene("attributes-time", "a restore without CAP_FOWNER", "attributes", (place) =>
    restoreOf(place, async (folder) => chown(await file(folder), 1000, 1000), { rights: ["chown", "dac_override"] }),
  ),
  scene("attributes-mode", "a restore onto a file system that keeps no modes", "attributes", (place) =>
    onBindfs(place, ["--chmod-deny"], () => restoreOf(place, async (folder) => chmod(await file(folder), 0o640), {})),
  ),
  scene("attributes-owner-on-smb", "a restore onto a file system that keeps no owners", "attributes", (place) =>
    onBindfs(place, ["--chown-deny"], () =>
      restoreOf(place, async (folder) => chown(await file(folder), 1000, 1000), {}),
    ),
  ),
  scene("attributes-device", "a restore of a device without CAP_MKNOD", "attributes", (place) =>
    restoreOf(place, (folder) => execa("mknod", [join(folder, "hash mismatch"), "c", "1", "3"]), { rights: pod }),
  ),
  scene(
    "attributes-unreadable",
    "a backup of a file whose security.capability is of another user namespace",
    "attributes",
    async (place) => {
      await execa("setcap", ["-n", "100000", "cap_net_raw+ep", join(place.source, "attachments", "hash mismatch")]);
      await place.restic(backupOf(place.source), { rights: "all", before: ["unshare", "-U", "-r"] });
      await execa("setcap", ["-r", join(place.source, "attachments", "hash mismatch")]);
    },
  ),
  scene(
    "attributes-too-many",
    "a backup of a file with more attributes than the kernel lists",
    "attributes",
    async (place) => {
      const path = await file(place.source, "many");
      for (let number = 0; number < 300; number++) {
        await execa("setfattr", ["-n", `user.${"n".repeat(240)}${number}`, "-v", "x", path]);
      }
      await place.restic(backupOf(place.source));
      await rm(path);
    },
  ),
];

const files: readonly Scene[] = [
  scene("failure-unreadable-files", "a backup of files that its user may not read", "failure", async (place) => {
    const folder = join(place.source, "The repository is damaged");
    await mkdir(folder, { mode: 0o700 });
    const named = await file(place.source, 'invalid data returned "ciphertext verification failed"');
    await chmod(named, 0);
    await execa("chmod", ["-R", "a+rwX", place.repository]);
    await place.restic(["--no-cache", ...backupOf(place.source)], { as: nobody });
    await Promise.all([rm(named), rm(folder, { recursive: true })]);
  }),
  scene("failure-disk-of-the-source", "a backup of a file that cannot be read to its end", "failure", (place) =>
    place.restic(backupOf(`/proc/${process.pid}/mem`), { rights: "all" }),
  ),
  scene(
    "failure-files-that-vanish",
    "a backup of files that are made and removed meanwhile",
    "failure",
    async (place) => {
      const folder = join(place.source, "vanishing");
      await mkdir(folder);
      await meanwhile(`cd '${folder}' && seq 5000 | xargs touch && rm -f *`, () =>
        place.restic(["--no-cache", ...backupOf(place.source)]),
      );
      await rm(folder, { recursive: true, force: true });
    },
  ),
  scene("clean-files-that-vanish", "a backup of files that vanish while restic counts them", "clean", async (place) => {
    const folder = join(place.source, "vanishing");
    // The scan goes ahead of the backup, which has much to read first.
    const large = ["a", "b", "c", "d", "e", "f"].map((name) => join(place.source, name));
    await Promise.all(large.map((name) => execa("truncate", ["-s", "500M", name])));
    for (let wait = 5; wait < 50 && !place.said.some(({ ended }) => ended === 0); wait += 2) {
      place.said.length = 0;
      await execa("sh", ["-c", `mkdir '${folder}' && cd '${folder}' && seq 20000 | xargs touch`]);
      const gone = execa("sh", ["-c", `sleep ${wait / 100}; rm -r '${folder}'`]);
      await place.restic(["--no-cache", "--json", "backup", "--force", "--", place.source]);
      await gone;
    }
    await Promise.all(large.map((name) => rm(name)));
  }),
  scene("failure-tag-file", "a backup that leaves out by a file that it cannot see", "failure", async (place) => {
    const folder = join(place.source, "closed");
    await mkdir(folder, { mode: 0o700 });
    await execa("chmod", ["-R", "a+rwX", place.repository]);
    const args = ["--no-cache", "--json", "backup", "--exclude-if-present", ".nobackup", "--", place.source];
    await place.restic(args, { as: nobody });
    await rm(folder, { recursive: true });
  }),
  scene("failure-target-is-changed", "a restore into a file to which others write", "failure", async (place) => {
    const zip = join(place.target, "exports", "jira.zip");
    const restore = ["--json", "restore", `latest:${place.source}`, "--target", place.target, "--verify"];
    await meanwhile(`[ ! -e '${zip}' ] || echo x >>'${zip}'`, () => place.restic(restore));
    await rm(place.target, { recursive: true });
    await meanwhile(`[ ! -e '${zip}' ] || echo x 1<>'${zip}'`, () => place.restic(restore));
  }),
];

const room: readonly Scene[] = [
  scene("full-repository", "a backup into a repository without room", "failure", (place) =>
    mounted(join(place.folder, "small"), small("1M"), async () => {
      const env = { RESTIC_REPOSITORY: join(place.folder, "small", "repository") };
      await execa("restic", ["init"], { env: { ...place.env, ...env }, stdin: "ignore" });
      await place.restic(backupOf(place.source), { env });
      await execa("sh", ["-c", `cat /dev/zero >'${join(place.folder, "small", "rest")}'`], { reject: false });
      await place.restic(["check"], { env });
      await place.restic(["init"], { env: { RESTIC_REPOSITORY: join(place.folder, "small", "another") } });
    }),
  ),
  scene("full-target", "a restore into a volume without room", "failure", (place) =>
    mounted(place.target, small("1M"), () =>
      place.restic(["--json", "restore", `latest:${place.source}`, "--target", place.target, "--verify"]),
    ),
  ),
  scene("full-tmpdir", "a backup with a TMPDIR without room", "failure", async (place) => {
    await mounted(place.tmp, small("1M"), async () => {
      const changed = join(place.source, "changed");
      await execa("sh", ["-c", `head -c 8000000 /dev/urandom >'${changed}'`]);
      await place.restic(backupOf(place.source));
      await execa("sh", ["-c", `cat /dev/zero >'${join(place.tmp, "rest")}'`], { reject: false });
      await place.restic(backupOf(place.source));
      await rm(changed);
    });
  }),
  scene("failure-no-tmpdir", "a backup and a check with a TMPDIR that is not there", "failure", async (place) => {
    await appendFile(join(place.source, "attachments", "one"), "more");
    await place.restic(backupOf(place.source), { env: { TMPDIR: "/does/not/exist" } });
  }),
  scene("failure-no-cache", "runs whose cache cannot be made", "failure", async (place) => {
    const env = { RESTIC_CACHE_DIR: "/proc/cache" };
    await place.restic(backupOf(place.source), { env });
    await place.restic(["forget", "--keep-last=1"], { env });
  }),
  scene("clean-check-without-cache", "checks whose cache cannot be made", "clean", async (place) => {
    await place.restic(["check"], { env: { RESTIC_CACHE_DIR: "/proc/cache" } });
    const env = { RESTIC_CACHE_DIR: join(place.folder, "closed") };
    await mkdir(env.RESTIC_CACHE_DIR, { mode: 0o500 });
    await place.restic(["check"], { env, rights: [] });
    await rm(env.RESTIC_CACHE_DIR, { recursive: true });
  }),
  scene("full-cache", "runs whose cache has no room", "failure", (place) =>
    mounted(join(place.folder, "small"), small("16k"), async () => {
      const env = { RESTIC_CACHE_DIR: join(place.folder, "small") };
      await place.restic(["check"], { env, limit: 5 });
      await place.restic(["--no-lock", "--json", "snapshots"], { env, limit: 5 });
    }),
  ),
  scene(
    "failure-limits",
    "runs with too few open files, too little memory, too few processes",
    "failure",
    async (place) => {
      await place.restic(backupOf(place.source), { before: ["prlimit", "--nofile=8"] });
      await place.restic(["check", "--read-data"], { before: ["prlimit", "--as=250000000"] });
      await execa("chmod", ["-R", "a+rwX", place.repository]);
      await place.restic(["check", "--read-data"], { before: ["prlimit", "--nproc=4"], as: nobody });
    },
  ),
];

/** Each is an option of its own, as RESTIC_OPTIONS and the settings of the selection give it. */
const misunderstood = [
  ...["--exclude=[", "--iexclude=[", "--exclude-file=/nowhere", "--iexclude-file=/", "--exclude-if-present=:x"],
  ...["--exclude-if-present=", "--exclude-larger-than=2 GB", "--exclude-larger-than=9999999T", "--limit-upload=fast"],
  ...[
    "--no-such-option",
    "-Y",
    "--pack-size=9999",
    "--pack-size=1",
    "--compression=much",
    "--retry-lock=long",
    "--limit-upload",
    "--option=local.nothing=1",
    "--option=local.connections=0",
    "--option=local.connections=many",
    "--insecure-no-password",
    "--cacert=/nowhere",
    "--cacert=/dev/null",
    "--tls-client-cert=/nowhere",
    "--tls-client-cert=/dev/null",
  ],
];
const misunderstoodVariables: readonly Record<string, string>[] = [
  { RESTIC_COMPRESSION: "much" },
  { RESTIC_PACK_SIZE: "large" },
  { RESTIC_READ_CONCURRENCY: "high" },
  { RESTIC_FEATURES: "speed" },
  { RESTIC_FEATURES: "device-id-for-hardlinks=maybe" },
  { RESTIC_PASSWORD: "", RESTIC_PASSWORD_FILE: "/dev/null", RESTIC_PASSWORD_COMMAND: "true" },
  { RESTIC_REPOSITORY_FILE: "/nowhere" },
  { RESTIC_REPOSITORY: "foo:bar" },
  { RESTIC_REPOSITORY: "sftp:foo" },
];
const misunderstoodByPrune = [
  ...["--max-unused=x", "--max-unused=120%", "--max-unused=5x%", "--max-repack-size=x", "--max-repack-size=9999999T"],
];

const states: readonly Scene[] = [
  scene("failure-settings", "runs with options that restic does not understand", "failure", async (place) => {
    for (const option of misunderstood) {
      await place.restic(["--json", "backup", option, "--", place.source]);
    }
    for (const env of misunderstoodVariables) {
      await place.restic(["--json", "backup", "--", place.source], { env });
    }
    for (const option of misunderstoodByPrune) {
      await place.restic(["prune", "--dry-run", option]);
    }
  }),
  scene("clean-needless-feature", "a feature that is always enabled", "clean", (place) =>
    place.restic(["--no-lock", "--json", "snapshots"], { env: { RESTIC_FEATURES: "safe-forget-keep-tags=true" } }),
  ),
  scene("failure-wrong-password", "a wrong password", "failure", (place) =>
    place.restic(["--no-lock", "--no-cache", "cat", "config"], { env: { RESTIC_PASSWORD: "another" } }),
  ),
  scene("failure-init-again", "an init where there is a repository, a key, or a snapshot", "failure", async (place) => {
    await place.restic(["--json", "init"]);
    await rm(join(place.repository, "config"));
    await place.restic(["--json", "init"]);
    await rm(join(place.repository, "keys"), { recursive: true });
    await place.restic(["--json", "init"]);
  }),
  scene("failure-locked", "a prune beside a backup", "failure", async (place) => {
    const args = ["backup", "--stdin-filename", "x", "--stdin-from-command", "--", "sleep", "4"];
    const other = execa("restic", args, { env: place.env, stdin: "ignore", reject: false });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await place.restic(["--retry-lock=0s", "prune"]);
    await place.restic(["--retry-lock=0s", "--json", "forget", "--dry-run", "--keep-last=1"]);
    await other;
  }),
  scene("clean-lock-is-gone", "a backup whose lock is removed by another hand", "clean", async (place) => {
    const args = [
      "--json",
      "backup",
      "--stdin-filename",
      "x",
      "--stdin-from-command",
      "--",
      "sh",
      "-c",
      'rm "$1"/locks/*; echo x',
      "sh",
      place.repository,
    ];
    await place.restic(args);
  }),
  {
    ...scene(
      "clean-lock-is-not-renewed",
      "a backup whose lock cannot be renewed for a while",
      "clean",
      async (place) => {
        const script = 'chmod 500 "$1"; sleep 320; chmod 700 "$1"; echo x';
        const command = ["sh", "-c", script, "sh", join(place.repository, "locks")];
        const args = ["--json", "backup", "--stdin-filename", "x", "--stdin-from-command", "--", ...command];
        await place.restic(args, { rights: [], limit: 600 });
      },
    ),
    slow: true,
  },
  scene("unclean-unneeded-pack-is-lost", "a pack that no snapshot needs is lost", "unclean", async (place) => {
    const newest = (await place.packs("files")).at(-1) as string;
    const id = (await place.objects("snapshots")).at(-1) as string;
    await execa("restic", ["forget", id.split("/").at(-1) as string], { env: place.env, stdin: "ignore" });
    await rm(newest);
    await place.restic(["prune", "--max-unused", "0"]);
  }),
  scene("unclean-list-of-snapshots", "lists of which a snapshot cannot be read", "unclean", async (place) => {
    await chmod((await place.objects("snapshots")).at(-1) as string, 0);
    await place.restic(["--no-lock", "--json", "snapshots"], { rights: [] });
    await place.restic(["--json", "forget", "--dry-run", "--keep-last=1"], { rights: [] });
    await chmod(join(place.repository, "snapshots"), 0);
    await place.restic(["--no-lock", "--json", "snapshots"], { rights: [] });
    await place.restic(["forget", "--keep-last=1"], { rights: [] });
  }),
];

export const runScenes: readonly Scene[] = [...attributes, ...files, ...room, ...states];
