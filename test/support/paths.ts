/** Where a text stands, as in `repository.s3.bucket`. */
export function pathsTo(text: string, node: unknown, path: readonly string[] = []): string[] {
  if (typeof node === "string") {
    return node.includes(text) ? [path.join(".")] : [];
  }
  return typeof node === "object" && node !== null
    ? Object.entries(node).flatMap(([key, child]) => pathsTo(text, child, [...path, key]))
    : [];
}
