import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { execa } from "execa";
import { CouldNotRun } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";
import { addressOf, freePort } from "./storage";

interface Unreachable {
  readonly injection: string;
  readonly expected: string;
  readonly answer?: RequestListener;
  readonly address?: (port: number) => string;
  readonly isTls?: boolean;
}

const expected = "exit 1 within the time limit and 5 seconds; nothing is made";
const answering =
  (status: number): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end();

/** What is at an address instead of a repository's server, or nothing. */
export const unreachable: readonly Unreachable[] = [
  { injection: "no server at this port", expected },
  { injection: "a name that DNS does not know", expected, address: (port) => `http://nowhere.invalid:${port}` },
  { injection: "a certificate that is not trusted", expected, isTls: true, answer: answering(200) },
  {
    injection: "https to a server that speaks http",
    expected,
    answer: answering(200),
    address: (port) => `https://127.0.0.1:${port}`,
  },
  ...[401, 403, 404, 500, 503].map((status) => ({
    injection: `a server or proxy that answers ${status} to all`,
    expected: status === 404 ? "exit 1; what looks like a missing repository is not made either" : expected,
    answer: answering(status),
  })),
  { injection: "a server that accepts, and never answers", expected, answer: () => {} },
  {
    injection: "a server that sends one byte a second",
    expected,
    answer: (_, response) => {
      response.writeHead(200, { "content-length": "155" });
      const drip = setInterval(() => response.write("x"), 1000);
      response.on("close", () => clearInterval(drip));
    },
  },
];

export function neverInit({ answer, address, isTls }: Unreachable) {
  return async (scene: Scene): Promise<string> => {
    const [port, limit] = [await freePort(), 4];
    const wrote: string[] = [];
    if (answer !== undefined) {
      const listener: RequestListener = (request, response) => {
        if (request.method !== "GET" && request.method !== "HEAD") {
          wrote.push(`${request.method} ${request.url}`);
        }
        answer(request, response);
      };
      const server = isTls ? createTlsServer(await selfSigned(scene), listener) : createServer(listener);
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      scene.atEnd(async () => {
        server.close();
        server.closeAllConnections();
      });
    }
    const base = address?.(port) ?? `${isTls ? "https" : "http"}://127.0.0.1:${port}`;
    const RESTIC_REPOSITORY = `${scene.storage === "REST" ? "rest" : "s3"}:${base}/repository/`;
    const began = Date.now();
    const outcome = await scene.run("init.sh", {
      env: { ...addressOf(scene.world, scene.storage, port), RESTIC_REPOSITORY, BACKUP_PROBE_TIMEOUT: `${limit}` },
    });
    const seconds = (Date.now() - began) / 1000;
    const seen = ended(outcome, 1);
    assert.ok(seconds < 2 * limit + 60, `it took ${seconds} seconds`);
    assert.doesNotMatch(seen, /is initialized/);
    return `${seen}${wrote.length > 0 ? " (it tried, after two answers that there is none)" : ""}`;
  };
}

async function selfSigned(scene: Scene): Promise<{ key: string; cert: string }> {
  const [key, cert] = [scene.world.path("tls.key"), scene.world.path("tls.crt")];
  await execa("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1".split(" "),
    ..."-addext subjectAltName=IP:127.0.0.1 -keyout".split(" "),
    key,
    "-out",
    cert,
  ]).catch((error) => {
    throw new CouldNotRun(`openssl makes no certificate here: ${error.shortMessage}`);
  });
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}
