import { createHash } from "node:crypto";
import { newAuthority } from "./certificates";
import { expose, newSecret, type Server, start } from "./server";

export interface RestServer {
  /** Ends with a slash. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const username = "e2e-user";

/** A REST server, https://github.com/restic/rest-server, with one user. */
export async function startRestServer(namespace: string): Promise<RestServer> {
  const { host, port } = await expose(namespace, "rest", 8000);
  const password = newSecret();
  await start(namespace, "rest", server({ htpasswd: htpasswd(password) }));
  return { url: `http://${host}:${port}/`, username, password };
}

/** One that deletes nothing, lets users into folders of their own only, and has a certificate of a private authority. */
export async function startStrictRestServer(namespace: string): Promise<RestServer & { readonly authority: string }> {
  const address = await expose(namespace, "rest-strict", 8000);
  const password = newSecret();
  const authority = await newAuthority();
  const { certificate, key } = await authority.server(address);
  const files = { htpasswd: htpasswd(password), "tls.crt": certificate, "tls.key": key };
  const tls = ["--tls", "--tls-cert", "/etc/server/tls.crt", "--tls-key", "/etc/server/tls.key"];
  await start(namespace, "rest-strict", server(files, "--append-only", "--private-repos", ...tls));
  const url = `https://${address.host}:${address.port}/${username}/`;
  return { url, username, password, authority: authority.certificate };
}

function server(files: Record<string, string>, ...options: string[]): Server {
  const args = ["--path", "/data", "--listen", ":8000", "--htpasswd-file", "/etc/server/htpasswd", ...options];
  return {
    files,
    containers: [{ image: "restic/rest-server:0.14.0", command: ["/usr/bin/rest-server", ...args], port: 8000 }],
  };
}

/** In its SHA form: https://httpd.apache.org/docs/2.4/misc/password_encryptions.html */
function htpasswd(password: string): string {
  return `${username}:{SHA}${createHash("sha1").update(password).digest("base64")}\n`;
}
