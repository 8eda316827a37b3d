import assert from "node:assert/strict";
import { link, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** What is no plain file. */
export async function oddKinds(scene: Scene): Promise<string> {
  const path = (name: string) => join(scene.world.source, name);
  await execa("mkfifo", [path("fifo")]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path("socket"), resolve));
  scene.atEnd(async () => server.close());
  await symlink("nowhere", path("broken"));
  await symlink("loop-2", path("loop-1"));
  await symlink("loop-1", path("loop-2"));
  await writeFile(path("one"), "linked");
  await link(path("one"), path("other"));
  await writeFile(path("sparse"), "begin");
  await truncate(path("sparse"), 1024 ** 3);
  await writeFile(path("attributed"), "x");
  await execa("python3", ["-c", "import os,sys; os.setxattr(sys.argv[1], 'user.jira', b'key')", path("attributed")]);
  const { report } = await scene.good("backup.sh");
  await scene.world.restic(
    "restore",
    "--no-lock",
    "--sparse",
    `${report.snapshot}:${scene.world.source}`,
    "--target",
    scene.world.target,
  );
  const { stdout } = await execa("find", [scene.world.target, "-mindepth", "1", "-printf", "%f %y %n %l\\n"]);
  const found = stdout.split("\n").sort();
  for (const line of [
    "fifo p 1 ",
    "broken l 1 nowhere",
    "loop-1 l 1 loop-2",
    "loop-2 l 1 loop-1",
    "one f 2 ",
    "other f 2 ",
  ]) {
    assert.ok(found.includes(line), `${line}is not restored:\n${found.join("\n")}`);
  }
  const blocks = (await execa("stat", ["-c", "%b", join(scene.world.target, "sparse")])).stdout;
  assert.ok(Number(blocks) < 10_000, `the sparse file has ${blocks} blocks`);
  const attribute = await execa("python3", [
    "-c",
    "import os,sys; print(os.getxattr(sys.argv[1], 'user.jira').decode())",
    join(scene.world.target, "attributed"),
  ]);
  assert.equal(attribute.stdout, "key");
  // A FIFO cannot be read for a manifest.
  await rm(scene.world.target, { recursive: true });
  for (const name of ["fifo", "socket", "sparse"]) {
    await rm(path(name));
  }
  return `exit 0; restored: ${found.some((line) => line.startsWith("socket s")) ? "all" : "all but the socket, which no program could use"}`;
}

const names = [
  Buffer.from(`${"ü".repeat(127)}x`),
  Buffer.from("two\nlines"),
  Buffer.from("-rf"),
  Buffer.from([0xff, 0xfe, 0x41]),
  Buffer.from(" blanks  and\ttabs "),
  Buffer.from("*"),
  Buffer.from("[a-z]?"),
  Buffer.from("$(touch expanded)"),
  Buffer.from("`touch expanded`"),
  Buffer.from("\"quotes\" and 'others'"),
  Buffer.from("back\\slash"),
];

async function writeOddNames(scene: Scene, mode = 0o644): Promise<void> {
  for (const name of names) {
    await writeFile(Buffer.concat([Buffer.from(`${scene.world.source}/`), name]), name, { mode });
  }
}

/** Names that a shell could stumble over. */
export async function oddNames(scene: Scene): Promise<string> {
  await writeOddNames(scene);
  await scene.good("backup.sh", { env: { BACKUP_MAX_AGE: "9000", BACKUP_SETTLE: "1", BACKUP_SETTLE_WAIT: "60" } });
  await scene.good("restore.sh");
  assert.deepEqual(await manifest(scene.world.target), await manifest(scene.world.source));
  await rm(scene.world.target, { recursive: true });
  await notExpanded(scene);
  return `${names.length} names, all the same after restore.sh`;
}

export async function unreadableOddNames(scene: Scene): Promise<string> {
  scene.older.clear();
  await writeOddNames(scene, 0);
  await scene.good("backup.sh");
  const seen = ended(await scene.run("backup.sh", { asNobody: true }), 3);
  await notExpanded(scene);
  return seen.slice(0, 100);
}

async function notExpanded(scene: Scene): Promise<void> {
  for (const folder of [scene.world.folder, scene.world.source, process.cwd()]) {
    assert.ok(!(await readdir(folder)).includes("expanded"), `a name was expanded in ${folder}`);
  }
}
