import * as pulumi from "@pulumi/pulumi";

/** What Outputs anywhere inside come to, without the properties that come to nothing. */
export async function resolved<T>(value: unknown): Promise<T> {
  const known = await (pulumi.output(value) as unknown as { promise(): Promise<unknown> }).promise();
  return JSON.parse(JSON.stringify(known)) as T;
}
