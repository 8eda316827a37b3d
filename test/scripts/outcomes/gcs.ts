import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answering } from "../servers/answering";
import type { Row, Scene } from "./row";

/** The answers are those that Google documents: https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export async function gcsRows(scene: Scene): Promise<Row[]> {
  const folder = await scene.folder("gcs");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const answers = async (wrong: string, status: number, message: string, token = 200): Promise<Row> => {
    const stub = await answering((request, response) => {
      const body =
        request.url === "/token"
          ? token === 200
            ? { access_token: "token", token_type: "Bearer", expires_in: 3600 }
            : { error: "invalid_grant", error_description: "Invalid JWT Signature." }
          : { error: { code: status, message, errors: [{ message, reason: "reason" }] } };
      response
        .writeHead(request.url === "/token" ? token : status, { "content-type": "application/json" })
        .end(JSON.stringify(body));
    });
    scene.onEnd(stub.close);
    const server = `http://127.0.0.1:${stub.port}`;
    const credentials = join(folder, `${stub.port}.json`);
    const account = {
      type: "service_account",
      client_email: "jira@example.com",
      private_key_id: "1",
      project_id: "jira",
    };
    await writeFile(credentials, JSON.stringify({ ...account, private_key: pem, token_uri: `${server}/token` }));
    return {
      backend: "gcs",
      wrong,
      env: {
        RESTIC_REPOSITORY: "gs:backup:/jira",
        GOOGLE_APPLICATION_CREDENTIALS: credentials,
        STORAGE_EMULATOR_HOST: server,
      },
      stored: async () => stub.writes.filter((request) => request !== "POST /token"),
    };
  };
  const rows = [
    await answers("the bucket does not exist", 404, "The specified bucket does not exist."),
    await answers(
      "the service account has no right to the bucket",
      403,
      "jira@example.com does not have storage.objects.get access.",
    ),
    await answers("the token is not accepted", 401, "Invalid Credentials"),
    await answers("the key of the service account was deleted", 200, "", 400),
    await answers("answers 503", 503, "Backend Error"),
  ];
  const [first] = rows as [Row];
  return [
    ...rows,
    {
      ...first,
      wrong: "the file with the key is missing",
      env: { ...first.env, GOOGLE_APPLICATION_CREDENTIALS: "/does/not/exist" },
    },
  ];
}
