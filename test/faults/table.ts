import type { Fault } from "./fault";

export interface Result {
  readonly fault: Fault;
  readonly verdict: "✔" | "✘" | "limit" | "could not run";
  readonly seen: string;
  readonly error?: Error;
}

/** docs/faults.md. */
export function table(results: readonly Result[]): string {
  const count = (verdict: Result["verdict"]) => results.filter((result) => result.verdict === verdict).length;
  return `# What was done to the backup, and what came of it

Written by \`npm run test:faults\`, which does all of this to the scripts and the real restic; do not edit it by hand.
${count("✔")} rows hold (✔), ${count("✘")} do not (✘), ${count("limit")} are limits that are known (✘ limit), ${count("could not run")} could not run on the machine that wrote this.

After each row the universal criterion must hold, or the row does not: the next backup and the next check succeed
without a human, no lock is left, \`restic check --read-data\` finds nothing, all older snapshots restore byte for byte, and each run printed exactly
one report, which names its exit code. Where a row damages the repository, its good bytes are put back first, as a repair
would. A row whose id begins with "r" stands for a report of the field, where it was seen in data that was lost, in a
run that was green and held nothing, or in a restore that failed. Locks are made old by rewriting their time, and \`BACKUP_LOCK_WAIT\` is one second instead of 32 minutes.

| row | storage | injection | expected | seen |
| --- | --- | --- | --- | --- |
${results.map(row).join("\n")}
`;
}

function row({ fault, verdict, seen }: Result): string {
  const shown = {
    "✔": `✔ ${plain(seen)}`,
    "✘": `✘ ${plain(seen).slice(0, 300)}`,
    limit: `✘ limit: ${fault.limit}`,
    "could not run": `**could not run**: ${plain(seen)}`,
  }[verdict];
  return `| ${[fault.id, fault.storage, fault.injection, fault.expected, shown].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Without what differs from run to run: ids, ports, times, sizes of random data. */
function plain(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, "<id>")
    .replace(/\b([Ss]napshot) [0-9a-f]{8}\b/g, "$1 <id>")
    .replace(/\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,10}\b/g, "<id>")
    .replace(/127\.0\.0\.1:[0-9]+/g, "127.0.0.1")
    .replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+( ?[A-Z]{3,4}\b)?/g, "<time>")
    .replace(/\s+/g, " ")
    .replaceAll("<", "&lt;");
}
