import { createHash } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../checked-report";
import { answering, saying } from "../servers/answering";
import { startRestServer } from "../servers/programs";
import { emptyRepository } from "../test-repository";
import type { Row, Scene } from "./row";
import { nothing } from "./row";

export async function restRows(scene: Scene): Promise<Row[]> {
  const { authority } = scene;
  const good = await authority.issue("rest", "IP:127.0.0.1");
  const [users, folder] = await Promise.all(["rest-users", "rest"].map((name) => scene.folder(name)));
  const sha = createHash("sha1")
    .update(secrets[2] as string)
    .digest("base64");
  const htpasswd = join(users as string, "htpasswd");
  await writeFile(htpasswd, `jira:{SHA}${sha}\n`);
  const tls = ["--tls", "--tls-cert", good.cert, "--tls-key", good.key];
  const server = await startRestServer(folder as string, ...tls, "--htpasswd-file", htpasswd, "--private-repos");
  scene.onEnd(server.stop);
  const trusted = { RESTIC_CACERT: authority.cert };
  const row = (wrong: string, url: string, more: Partial<Row> = {}): Row => ({
    backend: "rest",
    wrong,
    stored: nothing,
    ...more,
    env: { ...trusted, ...more.env, RESTIC_REPOSITORY: `rest:${url}` },
  });
  const real = (wrong: string, env: Record<string, string>, path = "jira/backup", scheme = "https") =>
    row(wrong, `${scheme}://127.0.0.1:${server.port}/${path}`, { env, stored: server.stored });

  const answers = async (wrong: string, status: number): Promise<Row> => {
    const stub = await answering((_, response) => response.writeHead(status).end());
    scene.onEnd(stub.close);
    return row(wrong, `http://127.0.0.1:${stub.port}/jira`, { stored: async () => stub.writes });
  };
  const presenting = async (wrong: string, name: string, names: string, days?: number): Promise<Row> => {
    const stub = await answering(
      (_, response) => response.writeHead(404).end(),
      await authority.issue(name, names, days),
    );
    scene.onEnd(stub.close);
    return row(wrong, `https://127.0.0.1:${stub.port}/jira`, { stored: async () => stub.writes });
  };
  const [hanging, babbling, vanished] = await Promise.all([
    saying(),
    saying("SSH-2.0-OpenSSH_9.2\r\n"),
    scene.folder("rest-other"),
  ]);
  scene.onEnd(hanging.close);
  scene.onEnd(babbling.close);
  await cp(await emptyRepository(), join(vanished, "backup"), { recursive: true });
  const other = await startRestServer(vanished, "--no-auth", "--append-only");
  scene.onEnd(other.stop);
  return [
    row("the host is unknown", "https://backup.invalid/jira"),
    row("nothing listens at the port", `https://127.0.0.1:${scene.closedPort}/jira`),
    real("the certificate is of a CA that is not given", { RESTIC_CACERT: "" }),
    await presenting("the certificate is for another name", "rest-another-name", "DNS:backup.example.com"),
    await presenting("the certificate has expired", "rest-expired", "IP:127.0.0.1", -1),
    real("http instead of https", {}, "jira/backup", "http"),
    row("https instead of http", `https://127.0.0.1:${other.port}/backup`, { stored: other.stored }),
    real("the password of the server is wrong", { RESTIC_REST_PASSWORD: "another" }),
    real("no user and no password", { RESTIC_REST_USERNAME: "", RESTIC_REST_PASSWORD: "" }),
    real("the repository of another user", {}, "confluence/backup"),
    row("another repository is there", `http://127.0.0.1:${other.port}/backup`, {
      env: { BACKUP_REPOSITORY_ID: "0".repeat(64) },
      stored: other.stored,
    }),
    await answers("answers 404 to everything, as a proxy does that has no such path", 404),
    await answers("answers 403", 403),
    await answers("answers 429", 429),
    await answers("answers 500", 500),
    row("accepts, and never answers", `http://127.0.0.1:${hanging.port}/jira`),
    row("is no HTTP server", `http://127.0.0.1:${babbling.port}/jira`),
  ];
}
