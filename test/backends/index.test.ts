import assert from "node:assert/strict";
import fc from "fast-check";
import { backends, kinds } from "../../components/backends";
import { secretArgs } from "../../components/settings";
import { pathsTo } from "../support/paths";
import { connection, problems } from "../support/repository";
import { storages } from "../support/storages";

/** Long enough not to stand in any other text by chance. */
const marker = fc.string({ minLength: 12, unit: fc.constantFrom(..."abcXYZ019$&'*+/=.:;@{}%#~") });

describe("backends", () => {
  it("are named in restic's options as restic names them", () => {
    assert.deepEqual(
      kinds.map((kind) => [kind, backends[kind].scheme]),
      [
        ["local", "local"],
        ["sftp", "sftp"],
        ["rest", "rest"],
        ["s3", "s3"],
        ["b2", "b2"],
        ["azure", "azure"],
        ["gcs", "gs"],
        ["swift", "swift"],
        ["rclone", "rclone"],
      ],
    );
  });

  it("are all tried with all of their secrets", () => {
    const tried = storages("the-marker");
    assert.deepEqual(new Set(tried.map(([kind]) => kind)), new Set(kinds));
    const paths = tried.flatMap(([kind, given]) => pathsTo("the-marker", given, ["repository", kind]));
    assert.deepEqual(new Set(paths), new Set(secretArgs.filter((path) => path !== "password.value")));
  });

  for (const [what, end] of [
    ["line end", "\n"],
    ["line end of Windows", "\r\n"],
  ] as const) {
    it(`let no ${what} behind a secret reach a pod, but the one that ends a file`, async () => {
      for (const [kind, given] of storages("the-marker")) {
        for (const path of pathsTo("the-marker", given)) {
          const pasted = changed(given, path.split("."), (secret) => secret.replaceAll("\n", end) + end);
          const found = problems(kind, pasted);
          if (found.length > 0) {
            const reason = "must be one line, not empty, without white space around it";
            assert.deepEqual(found, [`${path}: ${reason}`], kind);
          } else {
            const { credentials = [] } = await connection(kind, pasted);
            for (const [name, value] of credentials.flatMap((one) => Object.entries(one.values ?? {}))) {
              // Google's library and rclone read any line ends.
              const file = /^(credentials\.json|rclone\.conf)$/.test(name) ? /\S\s*$/ : /^[^\r]*\S\n$/;
              assert.match(value, /^[A-Z0-9_]+$/.test(name) ? /^[^\p{Cc}]+$/u : file, `${kind}, ${path}: ${name}`);
            }
          }
        }
      }
    });
  }

  it("keep every secret in the values of credentials, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(marker, async (secret) => {
        for (const [kind, given] of storages(secret)) {
          assert.deepEqual(problems(kind, given), []);
          const { credentials = [], ...shown } = await connection(kind, given);
          const outside = { ...shown, credentials: credentials.map(({ values: _, ...rest }) => rest) };
          assert.deepEqual(pathsTo(secret, outside), [], kind);
          const values = credentials.flatMap((one) => Object.values(one.values ?? {}));
          assert.equal(pathsTo(secret, values).length, pathsTo(secret, given).length, kind);
        }
      }),
      { numRuns: 10 },
    );
  });
});

/** The same, with the text at the path made another one. */
function changed(
  node: Record<string, unknown>,
  [first = "", ...rest]: readonly string[],
  change: (text: string) => string,
): Record<string, unknown> {
  const child = node[first];
  const made = typeof child === "string" ? change(child) : changed(child as Record<string, unknown>, rest, change);
  return { ...node, [first]: made };
}
