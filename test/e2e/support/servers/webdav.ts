import { kubectl } from "../cluster";
import { expose, newSecret, start } from "./server";

export interface Webdav {
  /** The name that the configuration gives it. */
  readonly remote: string;
  /** Text of rclone.conf. */
  readonly config: string;
  /** The same with a password that the server refuses. */
  readonly wrongConfig: string;
  /** In clear, and as it stands in the configuration. */
  readonly passwords: readonly string[];
}

const user = "e2e-user";

/** A WebDAV server, `rclone serve webdav`, that restic reaches through rclone. */
export async function startWebdav(namespace: string): Promise<Webdav> {
  const { host, port } = await expose(namespace, "webdav", 8080);
  const password = newSecret();
  await start(namespace, "webdav", {
    env: { RCLONE_USER: user, RCLONE_PASS: password },
    containers: [
      { image: "rclone/rclone:1.76.0", command: ["rclone", "serve", "webdav", "/data", "--addr", ":8080"], port },
    ],
  });
  const obscure = (text: string) => kubectl("-n", namespace, "exec", "deploy/webdav", "--", "rclone", "obscure", text);
  const configWith = (obscured: string) =>
    `[storage]\ntype = webdav\nurl = http://${host}:${port}\nvendor = rclone\nuser = ${user}\npass = ${obscured}\n`;
  const obscured = await obscure(password);
  return {
    remote: "storage",
    config: configWith(obscured),
    wrongConfig: configWith(await obscure(newSecret())),
    passwords: [password, obscured],
  };
}
