import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { privateFolder } from "./backends/credentials";
import { repositoryMount } from "./backends/local";
import { programFolder } from "./backends/rclone";
import { authoritiesMount } from "./backends/tls";
import type { PodRefs } from "./pod-refs";
import type { Settings } from "./settings";

/** A volume of a pod, and where it is mounted. */
export interface Storage {
  readonly volume: types.input.core.v1.Volume;
  readonly mount: Omit<types.input.core.v1.VolumeMount, "name">;
}

/** Where the files of all Secrets are mounted; the scripts make private copies of them. */
export const secretFilesMount = "/etc/restic/secrets";

/** A Secret's files belong to root: another user reads them by their mode, which only this pod sees. */
export function secretMode({ runAs }: Settings): pulumi.Output<number> {
  return pulumi.output(runAs.user).apply((user) => (user === 0 ? 0o400 : 0o444));
}

/** What reaching the repository needs: its claim, files with credentials, authorities, a program. */
export function repositoryStorage(settings: Settings, refs: PodRefs): Storage[] {
  return [...claim(refs), ...secretFiles(settings, refs), ...authorities(refs), ...users(refs), ...program(refs)];
}

function claim({ repositoryClaim }: PodRefs): Storage[] {
  return repositoryClaim === undefined
    ? []
    : [
        {
          volume: { name: "repository", persistentVolumeClaim: { claimName: repositoryClaim } },
          mount: { mountPath: repositoryMount },
        },
      ];
}

/** Programs demand files that only their user may read: the copies lie in memory, and go with the pod. */
function secretFiles(settings: Settings, { credentials }: PodRefs): Storage[] {
  const sources = credentials.flatMap(({ secretName, files }) =>
    files.length === 0 ? [] : [{ secret: { name: secretName, items: files.map(({ key }) => ({ key, path: key })) } }],
  );
  return sources.length === 0
    ? []
    : [
        {
          volume: { name: "secret-files", projected: { sources, defaultMode: secretMode(settings) } },
          mount: { mountPath: secretFilesMount, readOnly: true },
        },
        {
          volume: { name: "private", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          mount: { mountPath: privateFolder },
        },
      ];
}

function authorities(refs: PodRefs): Storage[] {
  return refs.authorities === undefined
    ? []
    : [
        {
          volume: {
            name: "authorities",
            configMap: { name: refs.authorities, items: [{ key: "ca.crt", path: "ca.crt" }] },
          },
          mount: { mountPath: authoritiesMount, readOnly: true },
        },
      ];
}

/** ssh refuses to run for a user without a name. */
function users(refs: PodRefs): Storage[] {
  return refs.users === undefined
    ? []
    : [
        {
          volume: { name: "users", configMap: { name: refs.users } },
          mount: { mountPath: "/etc/passwd", subPath: "passwd", readOnly: true },
        },
      ];
}

function program({ connection }: PodRefs): Storage[] {
  return connection.programImage === undefined
    ? []
    : [
        {
          volume: { name: "program", emptyDir: { sizeLimit: "1Gi" } },
          mount: { mountPath: programFolder, readOnly: true },
        },
      ];
}
