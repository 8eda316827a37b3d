import assert from "node:assert/strict";
import { apply, kubectl } from "./cluster";

/** A workload with a volume that is backed up: a pod that has it mounted, and commands run in it. */
export interface Workload {
  readonly namespace: string;
  sh(command: string): Promise<string>;
  /** Checksums of all files below a directory of the volume, one a line. */
  manifest(directory: string): Promise<string>;
}

const files = `
  mkdir -p export/attachments import
  echo 'a small one' > export/notes.txt
  dd if=/dev/urandom of=export/2026-Nov-23--0900.zip bs=64k count=40 2>/dev/null
  echo 'nested' > 'export/attachments/with a space.txt'
  : > export/empty
  ln -s notes.txt export/link
  chmod 640 export/notes.txt
  chown -R 2001:2001 .`;

export async function startWorkload(namespace: string): Promise<Workload> {
  await apply(
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "app", namespace },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: "app",
            image: "restic/restic:0.19.1",
            command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
            volumeMounts: [{ name: "data", mountPath: "/var/jira" }],
          },
        ],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    },
  );
  await kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/app", "--timeout=120s");
  const sh = (command: string) =>
    kubectl("-n", namespace, "exec", "app", "--", "sh", "-ec", `cd /var/jira; ${command}`);
  await sh(files);
  return {
    namespace,
    sh,
    manifest: (directory) =>
      sh(`cd ${directory}; find . -type f -exec sha256sum {} + | sort; ls -lnR . | grep -v '^total'`),
  };
}

/** Loses the files, restores them by the procedure of the runbook, and compares them byte for byte. */
export async function loseAndRestore({ namespace, sh, manifest }: Workload): Promise<void> {
  const before = await manifest("export");
  assert.match(before, /2026-Nov-23--0900\.zip/);
  await sh("rm -rf export/* import/*");
  await byHand(namespace, "/usr/local/bin/restore.sh");
  const after = await manifest("import");
  assert.equal(withoutTimesOfDirectories(after), withoutTimesOfDirectories(before));
  await sh("rm -rf export/* && cp -a import/. export/");
}

/** The runbook: scale to 1, wait as a human's typing does, run the script, scale back to 0. */
export async function byHand(namespace: string, ...command: string[]): Promise<string> {
  await kubectl("-n", namespace, "scale", "deployment", "backup-restore", "--replicas=1");
  try {
    await kubectl("-n", namespace, "rollout", "status", "deployment", "backup-restore", "--timeout=120s");
    return await kubectl("-n", namespace, "exec", "-it", "deploy/backup-restore", "--", ...command);
  } finally {
    await kubectl("-n", namespace, "scale", "deployment", "backup-restore", "--replicas=0");
    await kubectl(
      ...["-n", namespace, "wait", "--for=delete", "pod", "--timeout=150s"],
      ...["--selector", "app.kubernetes.io/component=restore"],
    );
  }
}

/** The parent of what is restored is the import directory itself, which has times of its own. */
function withoutTimesOfDirectories(manifest: string): string {
  return manifest
    .split("\n")
    .filter((line) => !line.startsWith("d"))
    .join("\n");
}

/** A backup now, from the CronJob, as an operator starts it; gives the report of its pod. */
export async function backUp(namespace: string, job = `manual-${Date.now()}`): Promise<Record<string, unknown>> {
  await kubectl("-n", namespace, "create", "job", "--from=cronjob/backup", job);
  await kubectl("-n", namespace, "wait", "--for=condition=Complete", `job/${job}`, "--timeout=120s");
  return reportOf(await kubectl("-n", namespace, "logs", `job/${job}`));
}

/** The report is the last line of what a script prints. */
export function reportOf(log: string): Record<string, unknown> {
  return JSON.parse(log.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
}
