import { apply, getJson, kubectl } from "./cluster";

/** Credentials for the servers of one test run; they protect nothing else. */
export const s3Keys = { accessKeyId: "e2e-access-key", secretAccessKey: "e2e-secret-key-0123456789" };
export const restUser = { username: "e2e-user", password: "e2e-rest-password-0123456789" };

/** An S3 server, https://github.com/versity/versitygw, with an empty bucket `backups`; gives its URL. */
export async function startS3(namespace: string): Promise<string> {
  return serve(namespace, "s3", 7070, {
    image: "versity/versitygw:v1.8.0",
    command: ["/usr/local/bin/versitygw"],
    args: ["--port", ":7070", "--access", s3Keys.accessKeyId, "--secret", s3Keys.secretAccessKey, "posix", "/data"],
    prepare: "mkdir -p /data/backups",
  });
}

/** A REST server, https://github.com/restic/rest-server, with one user; gives its URL. */
export async function startRest(namespace: string, ...options: string[]): Promise<string> {
  // htpasswd in its SHA form, which busybox can make: https://httpd.apache.org/docs/2.4/misc/password_encryptions.html
  const hash = `printf %s '${restUser.password}' | sha1sum | cut -d ' ' -f 1 | xxd -r -p | base64`;
  return serve(namespace, "rest", 8000, {
    image: "restic/rest-server:0.14.0",
    command: ["/usr/bin/rest-server"],
    args: ["--path", "/data", "--listen", ":8000", "--htpasswd-file", "/data/.htpasswd", ...options],
    prepare: `mkdir -p /data && echo "${restUser.username}:{SHA}$(${hash})" > /data/.htpasswd`,
  });
}

interface Server {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** What a shell does with the server's volume first. */
  readonly prepare: string;
}

async function serve(namespace: string, name: string, port: number, server: Server): Promise<string> {
  const labels = { app: name };
  const volumeMounts = [{ name: "data", mountPath: "/data" }];
  const { prepare, ...container } = server;
  await apply(
    { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { selector: labels, ports: [{ port }] } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            initContainers: [
              { name: "prepare", image: "restic/restic:0.19.1", command: ["/bin/sh", "-ec", prepare], volumeMounts },
            ],
            containers: [
              { name, ...container, volumeMounts, readinessProbe: { tcpSocket: { port }, periodSeconds: 1 } },
            ],
            volumes: [{ name: "data", emptyDir: {} }],
          },
        },
      },
    },
  );
  await kubectl("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=120s");
  const { spec } = await getJson<{ spec: { clusterIP: string } }>("-n", namespace, "service", name);
  return `http://${spec.clusterIP}:${port}`;
}
