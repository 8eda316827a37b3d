import { z } from "zod";

/** A group of properties as it was given, not checked yet. */
export type Given = Readonly<Record<string, unknown>>;

/** What was given, if it is a group at all; the schema names what is not. */
export function givenGroup(value: unknown): Given | undefined {
  return typeof value === "object" && value !== null ? (value as Given) : undefined;
}

/** An object that knows its properties: a misspelt one is an error. */
export function group<T extends z.ZodRawShape>(example: string, shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      if (code === "unrecognized_keys") {
        return `unknown property: known here are ${Object.keys(shape).join(", ")}`;
      }
      return input === undefined ? `is missing: ${example}` : `must be a group of properties: ${example}`;
    },
  });
}
