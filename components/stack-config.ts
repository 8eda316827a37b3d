import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import type { ResticBackupArgs } from "./args";
import { type Problem, problemsError } from "./problems";
import { secretArgs, settingsProblems } from "./settings";

/** Part of the SDK, though its types hide it: without it a credential in plain text could not be told from a secret. */
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

/**
 * The arguments of the component as they stand in the stack's config: every key of this project is a property of
 * `ResticBackupArgs`, a group of properties being an object. Keys that are no property are passed on, for the
 * component to name them.
 *
 * @throws `RunError` with all problems at once, those that the component would find among them.
 */
export function stackConfig(name: string): ResticBackupArgs {
  const project = pulumi.getProject();
  const args: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [fullKey, raw] of Object.entries(runtimeConfig.allConfig())) {
    const key = fullKey.slice(project.length + 1);
    if (fullKey.startsWith(`${project}:`)) {
      const value = decode(raw);
      problems.push(...(isConfigSecret(fullKey) ? [] : plainSecrets(key, value)));
      args[key] = value;
    }
  }
  const found = [...problems, ...settingsProblems(name, args as unknown as ResticBackupArgs)];
  if (found.length > 0) {
    throw problemsError(name, found);
  }
  return args as unknown as ResticBackupArgs;
}

/** Pulumi hands objects over as JSON; everything else is the text itself, which the component then judges. */
function decode(raw: string): unknown {
  try {
    return /^[{[]/.test(raw) ? JSON.parse(raw) : raw;
  } catch {
    return raw;
  }
}

function plainSecrets(key: string, value: unknown): Problem[] {
  return secretArgs
    .map((path) => path.split("."))
    .filter(([first, ...rest]) => first === key && at(value, rest) !== undefined)
    .map((path) => path.join("."))
    .map((property) => ({
      property,
      reason: `stands in plain text in the stack's config: set it by \`pulumi config set --secret --path '${property}'\``,
    }));
}

function at(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) {
    return value;
  }
  return typeof value === "object" && value !== null ? at((value as Record<string, unknown>)[first], rest) : undefined;
}
