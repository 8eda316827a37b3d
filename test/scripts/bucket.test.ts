import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { secrets } from "./checked-report";
import { startS3 } from "./servers/programs";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";

const region = "eu-central-1";

/** What answers a question for the bucket's region where s3:GetBucketLocation is not allowed. */
const refusals: readonly (readonly [title: string, status: number, code: string])[] = [
  ["403, as Amazon does", 403, "AccessDenied"],
  ["400, as some others do", 400, "InvalidRequest"],
  ["403 without a word", 403, ""],
];

describe("bucket.sh", function () {
  this.timeout(240_000);

  for (const [title, status, code] of refusals) {
    inBothShells(`makes a repository where the bucket's region may not be asked for: ${title}`, async (world) => {
      await withoutLocation(world, status, code, async (env) => {
        const { exitCode, output } = await world.run("init.sh", [], { env });
        assert.equal(exitCode, 0, output);
        assert.match(output, /may not ask for the bucket's region \(s3:GetBucketLocation\)/);
        assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
      });
    });
  }

  inBothShells("refuses a bucket that does not exist, of which the server tells everybody", async (world) => {
    await withoutLocation(world, 403, "AccessDenied", async (env, address) => {
      const typo = { ...env, RESTIC_REPOSITORY: `s3:${address}/bakcup/jira` };
      const { exitCode, report } = await world.run("init.sh", [], { env: typo });
      assert.equal(exitCode, 1);
      assert.match(
        report.message,
        /the bucket of s3:http.*bakcup\/jira does not exist\. Create it, or correct its name/,
      );
      assert.deepEqual(await readdir(world.path("s3")), ["backup"]);
    });
  });
});

/** versitygw, behind something that refuses to tell regions; who signs nothing learns whether a bucket exists. */
async function withoutLocation(
  world: World,
  status: number,
  code: string,
  test: (env: Record<string, string>, address: string) => Promise<void>,
): Promise<void> {
  await mkdir(world.path("s3/backup"), { recursive: true });
  const keys = { access: "root-access-key", secret: secrets[1] as string };
  const server = await startS3(world.path("s3"), keys, "--region", region);
  const proxy = createServer((incoming, answer) => {
    const refuse = (what: number, name: string) => {
      answer.writeHead(what, { "content-type": "application/xml" });
      answer.end(name && `<?xml version="1.0"?><Error><Code>${name}</Code><Message>${wordsOf(name)}</Message></Error>`);
    };
    if (incoming.headers.authorization === undefined) {
      return incoming.url?.startsWith("/backup") ? refuse(403, "AccessDenied") : refuse(404, "NoSuchBucket");
    }
    if (incoming.url?.includes("location")) {
      return refuse(status, code);
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port: server.port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    const account = { AWS_ACCESS_KEY_ID: keys.access, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_DEFAULT_REGION: region };
    await test({ ...account, RESTIC_REPOSITORY: `s3:${address}/backup/jira` }, address);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await server.stop();
  }
}

function wordsOf(code: string): string {
  return code === "NoSuchBucket" ? "The specified bucket does not exist" : "Access Denied.";
}
