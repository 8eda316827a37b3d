import { randomBytes } from "node:crypto";
import { apply, getJson, kubectl } from "../cluster";

/** Where pods reach a server: by its name, or by an address for those that ask no DNS. */
export interface Address {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

interface Container {
  readonly image: string;
  readonly command: readonly string[];
  /** Where it listens when it is ready. */
  readonly port?: number;
}

/** A pod of one or more containers; all have the volume /data. */
export interface Server {
  readonly containers: readonly Container[];
  /** What is done with the volume first. */
  readonly prepare?: Container;
  /** Files at /etc/server, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly subdomain?: string;
}

/** A service for a server that does not run yet, because its certificate needs the address. */
export async function expose(namespace: string, name: string, port: number): Promise<Address> {
  const spec = { selector: { app: name }, ports: [{ port }] };
  await apply({ apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec });
  const { spec: created } = await getJson<{ spec: { clusterIP: string } }>("-n", namespace, "service", name);
  return { host: `${name}.${namespace}.svc.cluster.local`, ip: created.clusterIP, port };
}

/** Starts a server, and waits until it listens. */
export async function start(namespace: string, name: string, server: Server): Promise<void> {
  const { containers, prepare, files = {}, env = {}, ...pod } = server;
  const labels = { app: name };
  // Environment too: tests look for these secrets in whatever else the namespace holds.
  const secrets = Object.entries({ [`${name}-files`]: files, [`${name}-env`]: env }).map(([name, stringData]) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    stringData,
  }));
  const container = ({ port, ...rest }: Container, container: string) => ({
    ...rest,
    name: container,
    envFrom: [{ secretRef: { name: `${name}-env` } }],
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "files", mountPath: "/etc/server", readOnly: true },
    ],
    ...(port ? { readinessProbe: { tcpSocket: { port }, periodSeconds: 1 } } : {}),
  });
  const spec = {
    ...pod,
    terminationGracePeriodSeconds: 1,
    enableServiceLinks: false,
    initContainers: prepare ? [container(prepare, "prepare")] : [],
    containers: containers.map((one, i) => container(one, `server-${i}`)),
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "files", secret: { secretName: `${name}-files` } },
    ],
  };
  const template = { metadata: { labels }, spec };
  await apply(...secrets, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template },
  });
  await kubectl("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=120s");
}

/** Lines of shell in the image of the backups, whose busybox has what they need. */
export function shell(script: string): Container {
  return { image: "restic/restic:0.19.1", command: ["/bin/sh", "-ec", script] };
}

/** A password or key of one run; it protects nothing else. */
export function newSecret(): string {
  return randomBytes(20).toString("hex");
}
