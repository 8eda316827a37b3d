import type { RandomPasswordArgs } from "@pulumi/random";

/** Key of the password in the Secret that we make. */
export const passwordKey = "password";

/** Letters and digits only, so that no shell and no URL ever needs to quote it: 238 bits. */
export const generatedPassword: RandomPasswordArgs = { length: 40, special: false };

/**
 * Every argument of the generator: a changed one, in a later version of this component too, would make a new password,
 * and the old snapshots unreadable. https://www.pulumi.com/registry/packages/random/api-docs/randompassword/
 */
export const frozenGenerator: string[] = [
  "keepers",
  "length",
  "lower",
  "minLower",
  "minNumeric",
  "minSpecial",
  "minUpper",
  "number",
  "numeric",
  "overrideSpecial",
  "special",
  "upper",
];
