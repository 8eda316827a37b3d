import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { writeSnapshots } from "../support/write-snapshots";
import { secrets } from "./checked-report";
import { emptyRepository } from "./test-repository";

describe("snapshots that are written as files", function () {
  this.timeout(240_000);
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "write-snapshots-test-"));
    await cp(await emptyRepository(), join(directory, "repository"), { recursive: true });
    await writeFile(join(directory, "file"), "contents");
  });
  after(() => rm(directory, { recursive: true }));

  const restic = async (...args: string[]) => {
    const env = { RESTIC_REPOSITORY: join(directory, "repository"), RESTIC_PASSWORD: secrets[0] };
    return (await execa("restic", ["--no-cache", ...args], { cwd: directory, env, stdin: "ignore" })).stdout;
  };

  it("are listed, checked and restored by restic like its own, by the thousand", async () => {
    await restic("backup", "--quiet", "file");
    const [own] = JSON.parse(await restic("snapshots", "--json"));
    const specs = Array.from({ length: 2000 }, (_, index) => ({
      time: new Date(1_700_000_000_123 + index * 3_600_000).toISOString(),
      tree: own.tree,
      paths: ["/data"],
      tags: ["written"],
    }));
    const ids = writeSnapshots(join(directory, "repository"), secrets[0] as string, specs);
    const listed: Record<string, unknown>[] = JSON.parse(await restic("snapshots", "--json", "--tag", "written"));
    assert.deepEqual(
      listed.map(({ id, time, tree, paths, tags }) => ({ id, time, tree, paths, tags })),
      ids.map((id, index) => ({ id, ...specs[index] })),
    );
    assert.match(await restic("check"), /no errors were found/);
    await restic("restore", ids[7] as string, "--target", join(directory, "target"));
    assert.equal(await readFile(join(directory, "target", "file"), "utf8"), "contents");
  });
});
