import assert from "node:assert/strict";
import type { ResticBackupArgs } from "../components";
import { repositoryStorage } from "../components/repository-storage";
import { resolveSettings } from "../components/settings";
import { args } from "./support/args";
import { certificate, sshKey } from "./support/keys";
import { resolved } from "./support/output";
import { podRefs } from "./support/pod-refs";

type Repository = ResticBackupArgs["repository"];

const { certificate: caBundle } = certificate("authority");
const keys = { accessKeyId: "id", secretAccessKey: "key" };
const sftp: Repository = {
  sftp: {
    host: "nas",
    user: "backup",
    path: "/srv",
    privateKey: sshKey().key,
    knownHosts: "nas ssh-ed25519 AAAA",
  },
};

function storage(repository: Repository, runAs?: ResticBackupArgs["runAs"]) {
  const settings = resolveSettings("backup", args({ repository, runAs }));
  return resolved<unknown[]>(repositoryStorage(settings, podRefs(settings)));
}

function secretFiles(sources: unknown[], defaultMode = 0o400) {
  return [
    {
      volume: { name: "secret-files", projected: { sources, defaultMode } },
      mount: { mountPath: "/etc/restic/secrets", readOnly: true },
    },
    {
      volume: { name: "private", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      mount: { mountPath: "/run/restic" },
    },
  ];
}

function secret(name: string, ...files: string[]) {
  return { secret: { name, items: files.map((key) => ({ key, path: key })) } };
}

const users = {
  volume: { name: "users", configMap: { name: "the-users" } },
  mount: { mountPath: "/etc/passwd", subPath: "passwd", readOnly: true },
};

const authorities = (name: string) => ({
  volume: { name: "authorities", configMap: { name, items: [{ key: "ca.crt", path: "ca.crt" }] } },
  mount: { mountPath: "/etc/restic/ca", readOnly: true },
});

describe("repositoryStorage", () => {
  const expected: [string, Repository, unknown[]][] = [
    ["nothing for keys in the environment", { s3: { bucket: "abc", ...keys } }, []],
    [
      "the claim of a local repository, writable",
      { local: { claimName: "nfs" } },
      [
        {
          volume: { name: "repository", persistentVolumeClaim: { claimName: "nfs" } },
          mount: { mountPath: "/repository" },
        },
      ],
    ],
    [
      "ssh's files, and its user",
      sftp,
      [...secretFiles([secret("the-credentials", "ssh-privatekey", "known_hosts")]), users],
    ],
    [
      "Google's key file from an existing Secret",
      { gcs: { bucket: "abc", credentialsSecretName: "kept" } },
      secretFiles([secret("kept", "credentials.json")]),
    ],
    [
      "rclone's configuration, and room for the program",
      { rclone: { remote: "nextcloud", path: "backups", credentialsSecretName: "kept" } },
      [
        ...secretFiles([secret("kept", "rclone.conf")]),
        {
          volume: { name: "program", emptyDir: { sizeLimit: "1Gi" } },
          mount: { mountPath: "/opt/rclone", readOnly: true },
        },
      ],
    ],
    ["authorities of ours", { s3: { bucket: "abc", ...keys, tls: { caBundle } } }, [authorities("the-authorities")]],
    [
      "authorities and a client's certificate of others",
      { rest: { url: "https://host/", tls: { caConfigMapName: "kept-ca", clientSecretName: "kept-client" } } },
      [...secretFiles([secret("kept-client", "tls.crt", "tls.key")]), authorities("kept-ca")],
    ],
    [
      "files of two Secrets in one folder",
      { gcs: { bucket: "abc", credentialsSecretName: "kept", tls: { clientSecretName: "kept-client" } } },
      secretFiles([secret("kept", "credentials.json"), secret("kept-client", "tls.crt", "tls.key")]),
    ],
    ["nothing for a borrowed identity", { gcs: { bucket: "abc", workloadIdentity: {} } }, []],
  ];
  for (const [what, repository, volumes] of expected) {
    it(`mounts ${what}`, async () => {
      assert.deepEqual(await storage(repository), volumes);
    });
  }

  it("lets another user read the files of Secrets, which belong to root", async () => {
    const sources = [secret("the-credentials", "ssh-privatekey", "known_hosts")];
    assert.deepEqual(await storage(sftp, { user: 2001 }), [...secretFiles(sources, 0o444), users]);
  });
});
