import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** Values that no output may ever hold. */
export const secrets = ["the-password-itself", "aws-secret-key", "rest-server-password"];

export interface Report {
  readonly command: string;
  readonly result: "success" | "partial" | "failure";
  readonly exitCode: number;
  readonly snapshot?: string;
  readonly files?: number;
  readonly bytes?: number;
  readonly bytesAdded?: number;
  readonly retention?: string;
  readonly part?: number;
  readonly parts?: number;
  readonly freed?: string;
  readonly seconds: number;
  readonly repositoryId?: string;
  readonly warning?: string;
  readonly message: string;
}

interface Finished {
  readonly stdout: string;
  readonly all: string;
  readonly exitCode?: number;
}

/** The report is the last line, and the same stands in the report file: after each run, whatever happened. */
export async function checkedReport(result: Finished, file: string | undefined): Promise<Report> {
  for (const secret of secrets) {
    assert.ok(!result.all.includes(secret), `the output holds the secret ${secret}`);
  }
  const last = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  assert.match(last, /^\{.*\}$/, `the last line is no report:\n${result.all}`);
  const report = JSON.parse(last) as Report;
  assert.equal(report.exitCode, result.exitCode, "the report names the exit code");
  assert.equal(report.result, { 0: "success", 3: "partial", 4: "partial" }[report.exitCode] ?? "failure");
  assert.ok(report.message.length > 20, "the report says something to a human");
  if (file !== undefined) {
    const written = await readFile(file, "utf8");
    assert.equal(written, `${last}\n`, "the report file holds the report");
    assert.ok(Buffer.byteLength(written) <= 4096, "Kubernetes would cut the report");
  }
  return report;
}
