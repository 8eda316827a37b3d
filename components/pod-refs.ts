import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./backends/backend";
import type { SecretKey } from "./backends/credentials";

/** What the pods refer to: objects that exist before them, and the repository. */
export interface PodRefs {
  /** Name of the component. */
  readonly name: string;
  readonly host: pulumi.Input<string>;
  readonly connection: Connection;
  /** ConfigMap with the scripts. */
  readonly scripts: pulumi.Input<string>;
  readonly password: { readonly secretName: pulumi.Input<string>; readonly key: pulumi.Input<string> };
  /** Secrets with the storage's credentials. */
  readonly credentials: readonly CredentialsRef[];
  /** Changes whenever credentials of ours change. */
  readonly credentialsVersion?: pulumi.Input<string>;
  /** ConfigMap with certificate authorities, under `ca.crt`. */
  readonly authorities?: pulumi.Input<string>;
  /** ConfigMap with an `/etc/passwd` that knows the pods' user, under `passwd`. */
  readonly users?: pulumi.Input<string>;
  readonly serviceAccount?: pulumi.Input<string>;
  /** Claim of a local repository. */
  readonly repositoryClaim?: pulumi.Input<string>;
}

/** A Secret, and what the pods take from it. */
export interface CredentialsRef {
  readonly secretName: pulumi.Input<string>;
  readonly env: readonly SecretKey[];
  readonly files: readonly SecretKey[];
}
