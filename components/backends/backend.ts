import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Given } from "../group";
import type { Problem } from "../problems";
import type { Credentials } from "./credentials";
import type { Authorities } from "./tls";
import type { ServiceAccount } from "./workload-identity";

/** Environment variables by name. */
export type Environment = { readonly [name: string]: pulumi.Input<string> };

/** What the pods need to know of a repository, whichever backend it uses. */
export interface Connection {
  /** Location in restic's notation, without credentials. */
  readonly url: pulumi.Output<string>;
  /** Environment that is no secret. */
  readonly env?: Environment;
  /** Names in `env` that tell, beside the URL, where the repository is. */
  readonly place?: readonly string[];
  /** Global options of restic. */
  readonly options?: readonly pulumi.Input<string>[];
  /** Values that stay in Secrets. */
  readonly credentials?: readonly Credentials[];
  /** Certificate authorities beside, or instead of, the public ones. */
  readonly authorities?: Authorities;
  /** The identity that the cloud lends to the pods. */
  readonly serviceAccount?: ServiceAccount;
  /** The claim that holds the repository. */
  readonly claim?: Claim;
  /** Image that brings the program which restic calls. */
  readonly programImage?: pulumi.Input<string>;
  /** Whether a program is called that wants to find its user in `/etc/passwd`, as ssh does. */
  readonly needsUser?: boolean;
}

/** Either an existing claim, or one to be made. */
export interface Claim {
  readonly claimName?: pulumi.Input<string>;
  readonly size: pulumi.Input<string>;
  readonly storageClassName?: pulumi.Input<string>;
}

/** One storage of restic: what may be said of it, what must fit together, and what the pods make of it. */
export interface Backend<S extends z.ZodObject = z.ZodObject> {
  /** Name in restic's options, as in `-o s3.connections=5`. */
  readonly scheme: string;
  readonly schema: S;
  /** What is wrong between properties; `at` is the path of the group, as in `repository.s3`. */
  problems(given: Given, at: string): Problem[];
  connect(settings: z.infer<S>): Connection;
}

/** Ties the types of schema and connection together. */
export function backend<S extends z.ZodObject>(definition: Backend<S>): Backend<S> {
  return definition;
}

/** The variables that are set. */
export function given(environment: { [name: string]: pulumi.Input<string> | undefined }): Environment {
  const entries = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(entries);
}

/** `-o NAME=VALUE` for restic, if there is a value. */
export function option(name: string, value: pulumi.Input<string | boolean> | undefined): pulumi.Output<string>[] {
  return value === undefined ? [] : [pulumi.interpolate`--option=${name}=${value}`];
}

/** A folder below a root; the root itself without one. */
export function joined(root: pulumi.Input<string>, path: pulumi.Input<string> | undefined): pulumi.Output<string> {
  return path === undefined ? pulumi.output(root) : pulumi.interpolate`${root}/${path}`;
}
