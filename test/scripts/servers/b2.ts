import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clouds } from "./clouds";
import { clouds } from "./clouds";

/**
 * Stands in for Backblaze B2, of which there is no server to be had: what restic's library asks for, in memory.
 * https://www.backblaze.com/apidocs/introduction-to-the-b2-native-api
 */
export interface B2 extends Clouds {
  readonly account: { readonly B2_ACCOUNT_ID: string; readonly B2_ACCOUNT_KEY: string };
  /** Content by name, of each bucket. */
  readonly buckets: Map<string, Map<string, Buffer>>;
  /** Names of the calls that came. */
  readonly calls: Set<string>;
}

const host = "api.backblazeb2.com";
const token = "authorization-token";

export async function startB2(folder: string, key: string): Promise<B2> {
  const buckets: B2["buckets"] = new Map([["backup", new Map()]]);
  const calls = new Set<string>();
  const account = { B2_ACCOUNT_ID: "0123456789ab", B2_ACCOUNT_KEY: key };
  const cloud = await clouds(folder, "b2", [host], (_, request, response) => {
    answer(request, { account, buckets, calls }).then(
      (result) => send(request, response, result),
      (error) => send(request, response, failure(500, "internal_error", String(error))),
    );
  });
  return { ...cloud, account, buckets, calls };
}

interface Result {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: Buffer | object;
}

type State = Pick<B2, "account" | "buckets" | "calls">;

function send(request: IncomingMessage, response: ServerResponse, { status, headers = {}, body }: Result): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

function failure(status: number, code: string, message: string): Result {
  return { status, body: { status, code, message } };
}

async function answer(request: IncomingMessage, state: State): Promise<Result> {
  const path = new URL(request.url ?? "", `https://${host}`).pathname;
  const [, kind, ...rest] = path.split("/");
  const call = kind === "file" ? "download_file_by_name" : (rest.at(-1) ?? "");
  state.calls.add(call);
  const content = await contentOf(request);
  if (call === "b2_authorize_account") {
    return authorize(request.headers.authorization, state);
  }
  if (request.headers.authorization !== token) {
    return failure(401, "bad_auth_token", "Invalid authorization token");
  }
  if (kind === "file") {
    return download(request, state.buckets.get(rest[0] ?? ""), decodeURIComponent(rest.slice(1).join("/")));
  }
  if (call === "b2_upload_file") {
    return upload(request, content, state.buckets.get(rest[0] ?? ""));
  }
  return asked(call, JSON.parse(content.toString()), state.buckets);
}

async function contentOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function authorize(header: string | undefined, { account }: State): Result {
  const right = Buffer.from(`${account.B2_ACCOUNT_ID}:${account.B2_ACCOUNT_KEY}`).toString("base64");
  if (header !== `Basic ${right}`) {
    return failure(401, "unauthorized", "The applicationKeyId and/or the applicationKey are wrong.");
  }
  const url = `https://${host}`;
  const storage = {
    apiUrl: url,
    downloadUrl: url,
    s3ApiUrl: url,
    recommendedPartSize: 1e8,
    absoluteMinimumPartSize: 5e6,
  };
  return {
    status: 200,
    body: { accountId: account.B2_ACCOUNT_ID, authorizationToken: token, apiInfo: { storageApi: storage } },
  };
}

function download(request: IncomingMessage, files: Map<string, Buffer> | undefined, name: string): Result {
  const content = files?.get(name);
  if (content === undefined) {
    return failure(404, "not_found", `File with such name does not exist: ${name}`);
  }
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  if (from !== undefined && Number(from) >= content.length) {
    return failure(416, "range_not_satisfiable", "The Range in the request is outside the size of the file");
  }
  const part = from === undefined ? content : content.subarray(Number(from), to ? Number(to) + 1 : undefined);
  return {
    status: from === undefined ? 200 : 206,
    headers: { "x-bz-file-id": name, "x-bz-content-sha1": sha1(content) },
    body: part,
  };
}

function upload(request: IncomingMessage, content: Buffer, files: Map<string, Buffer> | undefined): Result {
  const atEnd = request.headers["x-bz-content-sha1"] === "hex_digits_at_end";
  const bytes = atEnd ? content.subarray(0, -40) : content;
  const claimed = atEnd ? content.subarray(-40).toString() : request.headers["x-bz-content-sha1"];
  if (claimed !== sha1(bytes)) {
    return failure(400, "bad_request", "Sha1 did not match data received");
  }
  const name = decodeURIComponent(String(request.headers["x-bz-file-name"]));
  files?.set(name, bytes);
  return { status: 200, body: described(name, bytes) };
}

function asked(call: string, question: Record<string, string>, buckets: B2["buckets"]): Result {
  const files = buckets.get(question.bucketId ?? "") ?? new Map<string, Buffer>();
  switch (call) {
    case "b2_list_buckets": {
      const names = [...buckets.keys()].filter((name) => [name, "", undefined].includes(question.bucketName));
      const found = names.map((name) => ({ bucketId: name, bucketName: name, bucketType: "allPrivate", revision: 1 }));
      return { status: 200, body: { buckets: found } };
    }
    case "b2_create_bucket":
      buckets.set(String(question.bucketName), new Map());
      return { status: 200, body: { bucketId: question.bucketName, bucketName: question.bucketName } };
    case "b2_get_upload_url": {
      const uploadUrl = `https://${host}/upload/${question.bucketId}/b2_upload_file`;
      return { status: 200, body: { uploadUrl, authorizationToken: token } };
    }
    case "b2_list_file_names":
    case "b2_list_file_versions": {
      const names = [...files.keys()].sort().filter((name) => name.startsWith(question.prefix ?? ""));
      return { status: 200, body: { files: names.map((name) => described(name, files.get(name) as Buffer)) } };
    }
    case "b2_get_file_info": {
      const found = [...buckets.values()].map((bucket) => bucket.get(String(question.fileId))).find(Boolean);
      return found
        ? { status: 200, body: described(String(question.fileId), found) }
        : failure(404, "not_found", "no such file");
    }
    case "b2_delete_file_version":
      for (const bucket of buckets.values()) {
        bucket.delete(String(question.fileName));
      }
      return { status: 200, body: { fileId: question.fileId, fileName: question.fileName } };
    default:
      return failure(400, "bad_request", `the stand-in does not know ${call}`);
  }
}

/** A file's id is its name, because restic writes none twice. */
function described(name: string, content: Buffer): object {
  const size = { contentLength: content.length, contentSha1: sha1(content) };
  return { fileId: name, fileName: name, ...size, action: "upload", uploadTimestamp: 1, fileInfo: {} };
}

function sha1(content: Buffer): string {
  return createHash("sha1").update(content).digest("hex");
}
