import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Answering } from "../servers/answering";
import { answering } from "../servers/answering";

/** What goes wrong with a request: an answer's status, other bytes, or a connection that breaks off. */
export type Fault = number | "garbage" | "cut" | undefined;

/** A server of restic's own protocol for a repository in a directory, on which everything can go wrong. */
export function faultyServer(repository: string, fault: (request: string) => Fault): Promise<Answering> {
  return answering((request, response) => {
    const path = new URL(request.url ?? "", "http://server").pathname;
    const wrong = fault(`${request.method} ${path}`);
    if (typeof wrong === "number") {
      response.writeHead(wrong).end();
      return;
    }
    answer(repository, path, request, response, wrong).catch(() => response.writeHead(404).end());
  });
}

async function answer(
  repository: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  wrong: Fault,
): Promise<void> {
  const [, kind = "", name = ""] = path.split("/");
  const file = join(repository, kind, ...(kind === "data" ? [name.slice(0, 2)] : []), name);
  if (request.method === "POST") {
    await writeFile(file, await bodyOf(request));
    response.writeHead(200).end();
  } else if (request.method === "DELETE") {
    await rm(file);
    response.writeHead(200).end();
  } else if (path.endsWith("/")) {
    response
      .writeHead(200, { "content-type": "application/vnd.x.restic.rest.v2" })
      .end(await list(join(repository, kind)));
  } else {
    const [, from = "0", to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const content = (await readFile(file)).subarray(Number(from), to ? Number(to) + 1 : undefined);
    response.writeHead(request.headers.range ? 206 : 200, { "content-length": content.length });
    if (wrong === "cut") {
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    } else {
      response.end(
        request.method === "HEAD" ? undefined : wrong === "garbage" ? content.map((byte) => byte ^ 1) : content,
      );
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function list(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sized = files.map(async ({ name, parentPath }) => ({
    name,
    size: (await readFile(join(parentPath, name))).length,
  }));
  return JSON.stringify(await Promise.all(sized));
}
