import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const readme = join(__dirname, "..", "..", "..", "README.md");
const head = "| member | proven against | how |\n|---|---|---|\n";

/** The README's table of what was proven is made here: a row that is missing is added, and fails its test once. */
export function assertProven(member: string, server: string, how: string): void {
  const row = `| \`${member}\` | ${server} | ${how} |\n`;
  const text = readFileSync(readme, "utf8");
  if (!text.includes(row)) {
    writeFileSync(readme, text.replace(head, `${head}${row}`));
  }
  assert.ok(text.includes(row), `the README did not say so: look at the row that was added to it: ${row}`);
}
