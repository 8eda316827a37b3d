import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Problem, problemsError } from "./problems";

/** Whether a value is shown in errors; a secret is encrypted in the state too. */
type Secrecy = "shown" | "hidden" | "secret";

/** A leaf of the arguments with its check, which may have to wait until the value is known. */
class Leaf {
  readonly value: unknown;
  readonly schema: z.ZodType;
  readonly secrecy: Secrecy;

  constructor(value: unknown, schema: z.ZodType, secrecy: Secrecy) {
    this.value = value;
    this.schema = schema;
    this.secrecy = secrecy;
  }
}

/** Accepts what Pulumi calls an Input: a plain value is checked now, an Output or Promise when it is known. */
export function input<T>(schema: z.ZodType<T>): z.ZodType<pulumi.Input<T>> {
  return leaf(schema, "shown");
}

/** Like `input`, for the contents of a file, which no error repeats: it is long, and a wrong file may hold a key. */
export function fileInput(schema: z.ZodType<string>): z.ZodType<pulumi.Input<string>> {
  return leaf(schema, "hidden");
}

/** Like `input`, for a value that is never shown: not in errors, and encrypted in the state. */
export function secretInput(schema: z.ZodType<string>): z.ZodType<pulumi.Input<string>> {
  const checked = leaf(schema, "secret");
  secrets.add(checked);
  return checked;
}

const secrets = new WeakSet<z.ZodType>();

/** Paths of all secrets below a schema, such as `repository.s3.secretAccessKey`. */
export function secretPaths(schema: z.ZodType, path: readonly string[] = []): string[] {
  if (secrets.has(schema)) {
    return [path.join(".")];
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return secretPaths(schema.unwrap() as z.ZodType, path);
  }
  return schema instanceof z.ZodObject
    ? Object.entries(schema.shape as z.ZodRawShape).flatMap(([key, child]) =>
        secretPaths(child as z.ZodType, [...path, key]),
      )
    : [];
}

/**
 * Replaces the leaves of parsed arguments by their values; the check of a value that is not known yet travels with it.
 */
export function settle<T>(name: string, node: T, path: readonly PropertyKey[] = []): T {
  if (node instanceof Leaf) {
    const later = outputOf(node.value);
    const value = later ? later.apply((known) => check(name, path, node, known)) : node.schema.parse(node.value);
    return (node.secrecy === "secret" ? pulumi.secret(value) : value) as T;
  }
  if (typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
    const entries = Object.entries(node).map(([key, child]) => [key, settle(name, child, [...path, key])]);
    return Object.fromEntries(entries) as T;
  }
  return node;
}

/** What zod found, as problems. Values are shown for leaves that are not secret, and for nothing else. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ property: pathOf([...issue.path, key]), reason: issue.message }));
    }
    const shown = issue.code === "custom" && issue.params?.shown;
    const value = shown ? issue.params?.value : undefined;
    return [{ property: pathOf(issue.path), value, reason: issue.message }];
  });
}

/** The value as an Output when it is not known yet. */
function outputOf(value: unknown): pulumi.Output<unknown> | undefined {
  if (pulumi.Output.isInstance(value)) {
    return value;
  }
  return value instanceof Promise ? (pulumi.output(value) as pulumi.Output<unknown>) : undefined;
}

function leaf<T>(schema: z.ZodType<T>, secrecy: Secrecy): z.ZodType<pulumi.Input<T>> {
  const checked = z.unknown().transform((value, context) => {
    const issues = outputOf(value) ? [] : (schema.safeParse(value).error?.issues ?? []);
    for (const { message, path } of issues) {
      context.addIssue({ code: "custom", message, path, params: { shown: secrecy === "shown", value } });
    }
    return issues.length > 0 ? z.NEVER : new Leaf(value, schema, secrecy);
  });
  return checked as unknown as z.ZodType<pulumi.Input<T>>;
}

function check(name: string, path: readonly PropertyKey[], { schema, secrecy }: Leaf, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const property = pathOf(path);
  const shown = secrecy === "shown" ? value : undefined;
  throw problemsError(
    name,
    result.error.issues.map(({ message }) => ({ property, value: shown, reason: message })),
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}
