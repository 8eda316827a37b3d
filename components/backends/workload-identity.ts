import type * as pulumi from "@pulumi/pulumi";
import { type Given, givenGroup } from "../group";
import { only, type Problem } from "../problems";
import type { Environment } from "./backend";

/**
 * The service account of the pods, to which a cloud grants rights, so that no key has to be stored. The pods get no
 * token for Kubernetes itself by it.
 */
export interface ServiceAccount {
  /** An existing one; without it, one is made. */
  readonly existing?: pulumi.Input<string>;
  /** Annotations of the one that is made, by which the cloud recognises it. */
  readonly annotations: Environment;
  /** Labels of the pods, by which the cloud finds them. */
  readonly podLabels: { readonly [name: string]: string };
}

/** A service account of the user's, or one of ours with these annotations. */
export function serviceAccount(
  existing: pulumi.Input<string> | undefined,
  annotations: Environment,
  podLabels: ServiceAccount["podLabels"] = {},
): ServiceAccount {
  return { existing, annotations, podLabels };
}

/** An existing service account is not annotated by us: what would become of these properties? */
export function serviceAccountProblems(backend: Given, at: string, annotated: readonly string[]): Problem[] {
  const identity = givenGroup(backend.workloadIdentity);
  return annotated.flatMap((property) =>
    only(
      identity?.serviceAccountName !== undefined && identity[property] !== undefined,
      `${at}.workloadIdentity.${property}`,
      "becomes an annotation of a new service account, and serviceAccountName names an existing one: remove one of them",
    ),
  );
}
