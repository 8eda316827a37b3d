import { secrets } from "../checked-report";
import { startB2 } from "../servers/b2";
import type { Row, Scene } from "./row";

export async function b2Rows(scene: Scene): Promise<Row[]> {
  const b2 = await startB2(await scene.folder("b2"), secrets[1] as string);
  scene.onEnd(b2.close);
  const row = (wrong: string, env: Record<string, string>, limit = 6): Row => ({
    backend: "b2",
    wrong,
    limit,
    env: { RESTIC_REPOSITORY: "b2:backup:jira", ...b2.env, ...b2.account, ...env },
    stored: async () => [...b2.buckets].flatMap(([bucket, files]) => [bucket, ...files.keys()]),
  });
  return [
    row("the bucket does not exist", { RESTIC_REPOSITORY: "b2:bakcup:jira" }),
    row("the application key is wrong", { B2_ACCOUNT_KEY: "another" }),
    row("no id of an application key", { B2_ACCOUNT_ID: "" }),
    row("no application key", { B2_ACCOUNT_KEY: "" }),
    row("the certificate is of a CA that is not given", { RESTIC_CACERT: "" }),
    row("nothing can be reached", { HTTPS_PROXY: `http://127.0.0.1:${scene.closedPort}` }),
  ];
}
