import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { readmeBlocks, root } from "../support/readme";

/** Commands that set the project up: here it is set up already, and `.ci/run` runs the second one. */
const setUp = { "npm ci && npm start": "npm start", "npm ci && npm test": ":" };

/** `npm test` has run this one, and all tests of the other one, which must only find them: minutes on a busy machine. */
const alsoInTheGate = { "npm run lint": ":", "npm run test:unit": "npm run test:unit -- --dry-run" };

/** What the commands say that end well whatever comes of them. */
const outcomes = {
  "npm start": /came back byte for byte/,
  "logs job/backup-now": /"result":"success"/,
  "logs job/check-now": /"result":"success"/,
  "logs job/prune-now": /"result":"success"/,
};

/** Every command of the README, in its order, in a copy of the project: some of them edit files. */
describe("e2e: the README's commands", function () {
  this.timeout(600_000);
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "restic-backup-readme-"));
    const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
    for (const file of stdout.split("\n")) {
      cpSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const [i, { heading, code }] of readmeBlocks("sh").entries()) {
    it(`${i + 1}, ${heading}: ${code.split("\n")[0]}`, async () => {
      const commands = (setUp[code as keyof typeof setUp] ?? code)
        .split("\n")
        .map((command) => alsoInTheGate[command as keyof typeof alsoInTheGate] ?? command)
        .join("\n");
      const options = { cwd: folder, stdin: "ignore", all: true, reject: false } as const;
      const { exitCode, all } = await execa("sh", ["-ec", commands], options);
      assert.equal(exitCode, 0, all);
      for (const [command, expected] of Object.entries(outcomes)) {
        assert.ok(!commands.includes(command) || expected.test(all), `${command} did not print ${expected}:\n${all}`);
      }
    });
  }

  it("are the commands of the gate", () => {
    assert.match(readFileSync(join(root, ".ci", "run"), "utf8"), /^npm ci .*&& npm test$/m);
  });
});
