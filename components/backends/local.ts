import type * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { group } from "../group";
import { input } from "../inputs";
import { only } from "../problems";
import { backend, joined } from "./backend";

/** Where the claim of a local repository is mounted. */
export const repositoryMount = "/repository";

/** A repository on a PersistentVolumeClaim, which `pulumi destroy` leaves in place. */
export interface LocalRepositoryArgs {
  /**
   * An existing claim in the same namespace, of any kind of volume that several pods can mount one after another: a
   * claim bound to a volume on NFS is one.
   *
   * @default - a new claim "<name of the component>-repository"
   */
  claimName?: pulumi.Input<string>;

  /**
   * Size of the new claim, a Kubernetes quantity.
   *
   * @default "10Gi"
   */
  size?: pulumi.Input<string>;

  /**
   * Storage class of the new claim.
   *
   * @default - the cluster's default class
   */
  storageClassName?: pulumi.Input<string>;

  /**
   * Folder of the repository on the claim, relative to its root, for a claim that holds other things too.
   *
   * @default - the root of the claim
   */
  path?: pulumi.Input<string>;
}

export const local = backend({
  scheme: "local",
  schema: group("give its properties, as in { size: 10Gi }", {
    claimName: input(formats.objectName("name the claim")).optional(),
    size: input(formats.quantity).default("10Gi"),
    storageClassName: input(formats.objectName("name the class")).optional(),
    path: input(formats.relativePath).optional(),
  }),
  problems: (given, at) =>
    ["size", "storageClassName"].flatMap((property) =>
      only(
        given.claimName !== undefined && given[property] !== undefined,
        `${at}.${property}`,
        "is for a new claim, and claimName names an existing one: remove one of them",
      ),
    ),
  connect: (claim) => ({
    url: joined(repositoryMount, claim.path),
    env: { BACKUP_REPOSITORY_MOUNT: repositoryMount },
    claim,
  }),
});
