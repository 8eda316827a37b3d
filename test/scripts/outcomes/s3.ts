import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { secrets } from "../checked-report";
import { answering, saying } from "../servers/answering";
import { startS3 } from "../servers/programs";
import { programPath } from "../shells";
import type { Row, Scene } from "./row";
import { nothing } from "./row";

export async function s3Rows(scene: Scene): Promise<Row[]> {
  const root = { access: "root-access-key", secret: secrets[1] as string };
  const [folder, users] = await Promise.all(["s3", "s3-users"].map((name) => scene.folder(name)));
  await mkdir(join(folder as string, "backup"));
  const certificate = await scene.authority.issue("s3", "IP:127.0.0.1");
  const tls = ["--cert", certificate.cert, "--key", certificate.key];
  const server = await startS3(folder as string, root, "--iam-dir", users as string, ...tls);
  scene.onEnd(server.stop);
  const reader = ["--access", "reader", "--secret", secrets[1] as string, "--role", "user"];
  await execa(await programPath("versitygw"), [
    ...["admin", "-a", root.access, "-s", root.secret, "--allow-insecure"],
    ...["--endpoint-url", `https://127.0.0.1:${server.port}`, "create-user", ...reader],
  ]);
  const usual = { AWS_ACCESS_KEY_ID: root.access, AWS_SECRET_ACCESS_KEY: root.secret, AWS_DEFAULT_REGION: "us-east-1" };
  const row = (wrong: string, address: string, env: Record<string, string> = {}, stored = nothing): Row => ({
    backend: "s3",
    wrong,
    // The library tries ten times before restic hears of it.
    env: {
      ...usual,
      RESTIC_CACERT: scene.authority.cert,
      RESTIC_OPTIONS: "--option=s3.retries=1",
      ...env,
      RESTIC_REPOSITORY: `s3:${address}`,
    },
    stored,
  });
  const real = (wrong: string, env: Record<string, string>, path = "backup/jira", scheme = "https") =>
    row(wrong, `${scheme}://127.0.0.1:${server.port}/${path}`, env, server.stored);
  const answers = async (wrong: string, status: number, code: string, message: string): Promise<Row> => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    const stub = await answering((request, response) => {
      response
        .writeHead(status, { "content-type": "application/xml" })
        .end(request.method === "HEAD" ? undefined : body);
    });
    scene.onEnd(stub.close);
    return row(wrong, `http://127.0.0.1:${stub.port}/backup/jira`, {}, async () => stub.writes);
  };
  const hanging = await saying();
  scene.onEnd(hanging.close);
  return [
    row("the host is unknown", "https://s3.invalid/backup/jira"),
    row("nothing listens at the port", `https://127.0.0.1:${scene.closedPort}/backup/jira`),
    real("the certificate is of a CA that is not given", { RESTIC_CACERT: "" }),
    real("http instead of https", {}, "backup/jira", "http"),
    real("the bucket does not exist", {}, "bakcup/jira"),
    real("the bucket does not exist, and no region is given", { AWS_DEFAULT_REGION: "" }, "bakcup/jira"),
    real("the secret access key is wrong", { AWS_SECRET_ACCESS_KEY: "another" }),
    real("the access key is unknown", { AWS_ACCESS_KEY_ID: "another" }),
    real("no credentials", { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_EC2_METADATA_DISABLED: "true" }),
    real("the secret access key is missing", { AWS_SECRET_ACCESS_KEY: "" }),
    real("the session token is wrong", { AWS_SESSION_TOKEN: "another" }),
    await answers("the session token has expired", 400, "ExpiredToken", "The provided token has expired."),
    real("the credentials have no right to the bucket", { AWS_ACCESS_KEY_ID: "reader" }),
    real("the region is another one", { AWS_DEFAULT_REGION: "eu-north-9" }),
    await answers("answers 403", 403, "AccessDenied", "Access Denied."),
    await answers("answers 503", 503, "SlowDown", "Please reduce your request rate."),
    row("accepts, and never answers", `http://127.0.0.1:${hanging.port}/backup/jira`),
  ];
}
