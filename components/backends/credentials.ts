import type * as pulumi from "@pulumi/pulumi";
import type { Given } from "../group";
import { only, type Problem } from "../problems";
import type { Environment } from "./backend";

/** Folder of the private copies that the scripts make of secret files, in memory. */
export const privateFolder = "/run/restic";

/** Values that reach the pods through a Secret only: as environment, or as files. */
export interface Credentials {
  /** Keys that become environment variables of the same name. */
  readonly env: readonly SecretKey[];
  /** Keys that become files of the same name in the private folder. */
  readonly files: readonly SecretKey[];
  /** The values, for a Secret of ours. */
  readonly values?: Environment;
  /** An existing Secret that holds them. */
  readonly secretName?: pulumi.Input<string>;
}

export interface SecretKey {
  readonly key: string;
  /** Whether an existing Secret may lack it. */
  readonly optional: boolean;
}

/** Where the keys go, whichever way they come. */
interface Places {
  readonly env?: readonly string[];
  readonly files?: readonly string[];
  /** Keys of `env` that an existing Secret may lack. */
  readonly optional?: readonly string[];
}

/** Credentials from values, or from an existing Secret; none when neither is given. */
export function credentials(
  values: Environment,
  secretName: pulumi.Input<string> | undefined,
  { env = [], files = [], optional = [] }: Places,
): Credentials[] {
  if (secretName !== undefined) {
    const keys = (names: readonly string[]) => names.map((key) => ({ key, optional: optional.includes(key) }));
    return [{ env: keys(env), files: keys(files), secretName }];
  }
  const keys = (names: readonly string[]) =>
    names.filter((key) => key in values).map((key) => ({ key, optional: false }));
  return Object.keys(values).length === 0 ? [] : [{ env: keys(env), files: keys(files), values }];
}

/**
 * Credentials come in exactly one of several ways, each of them a list of properties that belong together: the first
 * one alone tells that this way is meant when the others are missing.
 */
export function credentialProblems(
  at: string,
  backend: Given,
  ways: readonly (readonly string[])[],
  needed = true,
): Problem[] {
  const has = (property: string) => backend[property] !== undefined;
  const begun = ways.filter((way) => way.some(has));
  const [first, second] = begun;
  if (first === undefined) {
    const choices = ways.map((way) => way.join(" and ")).join(", or ");
    return only(needed, `${at}.${ways[0]?.[0]}`, `is missing: give ${choices}`);
  }
  if (second !== undefined) {
    const [one, other] = [first.filter(has), second.filter(has)].map((way) => way.join(" and "));
    return [{ property: `${at}.${second.find(has)}`, reason: `stands beside ${one}: remove ${one}, or ${other}` }];
  }
  const present = first.filter(has).join(" and ");
  return first
    .filter((property) => !has(property))
    .map((property) => ({ property: `${at}.${property}`, reason: `is missing: ${present} is of no use without it` }));
}
