import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { execa } from "execa";
import { makeKeyCheap } from "./cheap-key";
import { secrets } from "./checked-report";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

const plain = secrets[0] as string;
const scripts = ["backup.sh", "check.sh", "prune.sh", "restore.sh", "init.sh"];

/** The password as a variable held it, and what the Secret's file holds. restic trims files, and not variables. */
const table: readonly (readonly [string, string])[] = [
  [plain, plain],
  [plain, `${plain}\n`],
  [plain, ` ${plain}\t\r\n`],
  [`${plain}\n`, `${plain}\n`],
  [`${plain}\n`, plain],
  [`${plain}\n`, `${plain}\n\n`],
  [`${plain} `, `${plain} `],
  [`${plain} `, `${plain} \n`],
  [` ${plain}`, ` ${plain}`],
  [` ${plain}`, ` ${plain}\n`],
  [`${plain}\r\n`, `${plain}\r\n`],
  [`${plain}\r`, `${plain}\r\n`],
  [`${plain}\n\n`, `${plain}\n\n`],
  [`${plain}\t`, `${plain}\t`],
];

describe("password.sh", function () {
  this.timeout(240_000);

  for (const [password, file] of table) {
    const wasTrimmed = password === plain;
    inBothShells(`opens ${shown(password)} with a file that holds ${shown(file)}`, async (world) => {
      await withPassword(world, password, file);
      for (const script of file === `${plain}\n` ? scripts : ["backup.sh"]) {
        const { exitCode, output, report } = await world.run(script);
        assert.equal(exitCode, 0, output);
        const warning = /opens only with white space at an end of its password.*restic key add/;
        assert.equal(warning.test(report.warning ?? ""), !wasTrimmed, `${script}: ${report.warning}`);
      }
    });
  }

  for (const [password, file] of [
    [`${plain}\n`, "another"],
    [plain, `${plain}!\n`],
    [`${plain} x`, `${plain} `],
  ] as const) {
    inBothShells(
      `calls it wrong where ${shown(password)} is asked and the file holds ${shown(file)}`,
      async (world) => {
        await withPassword(world, password, file);
        for (const script of file === "another" ? scripts : ["check.sh"]) {
          const { exitCode, output, report } = await world.run(script);
          assert.equal(exitCode, 12, output);
          assert.match(report.message, /wrong password/);
        }
      },
    );
  }
});

/** Without the secret, which no title should hold either. */
function shown(password: string): string {
  return JSON.stringify(password).replaceAll(plain, "secret");
}

/** A repository that was made with the password in a variable. */
async function withPassword(world: World, password: string, file: string): Promise<void> {
  const { RESTIC_PASSWORD_FILE, ...env } = world.env;
  await execa("restic", ["init"], { env: { ...env, RESTIC_PASSWORD: password }, stdin: "ignore" });
  makeKeyCheap(world.repository, password);
  await writeFile(world.path("password"), file);
  assert.ok(RESTIC_PASSWORD_FILE);
}
