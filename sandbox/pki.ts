import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { cluster, nodeAddress, pki } from "./state";

interface Certificate {
  readonly subject: string;
  readonly usage: string;
  readonly names?: string;
}

const certificates: { readonly [name: string]: Certificate } = {
  apiserver: {
    subject: "/CN=kube-apiserver",
    usage: "serverAuth",
    names: `DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:${nodeAddress}`,
  },
  kubelet: {
    subject: "/O=system:nodes/CN=system:node:sandbox",
    usage: "clientAuth,serverAuth",
    names: `DNS:sandbox,IP:127.0.0.1,IP:${nodeAddress}`,
  },
  admin: { subject: "/O=system:masters/CN=admin", usage: "clientAuth" },
  "controller-manager": { subject: "/CN=system:kube-controller-manager", usage: "clientAuth" },
  scheduler: { subject: "/CN=system:kube-scheduler", usage: "clientAuth" },
};

/** Keys, certificates and a kubeconfig for each part of the control plane; made once per cluster. */
export async function makePki(): Promise<void> {
  if (existsSync(join(pki, "complete"))) {
    return;
  }
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  await openssl("genrsa", "-out", "sa.key", "2048");
  await openssl("rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub");
  await openssl(
    ..."req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=restic-backup-sandbox -keyout ca.key -out ca.crt".split(
      " ",
    ),
  );
  for (const [name, certificate] of Object.entries(certificates)) {
    await issue(name, certificate);
    if (certificate.usage.includes("clientAuth")) {
      writeKubeconfig(name);
    }
  }
  writeFileSync(join(pki, "complete"), "");
}

async function issue(name: string, { subject, usage, names }: Certificate): Promise<void> {
  const extensions = [`extendedKeyUsage=${usage}`, ...(names ? [`subjectAltName=${names}`] : [])];
  writeFileSync(join(pki, `${name}.ext`), extensions.join("\n"));
  const request = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`];
  await openssl("req", ...request, "-subj", subject);
  const sign = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-extfile", `${name}.ext`];
  await openssl("x509", "-req", "-in", `${name}.csr`, ...sign, "-out", `${name}.crt`);
}

function writeKubeconfig(name: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "restic-backup-sandbox",
        cluster: { server: "https://127.0.0.1:6443", "certificate-authority": join(pki, "ca.crt") },
      },
    ],
    users: [{ name, user: { "client-certificate": join(pki, `${name}.crt`), "client-key": join(pki, `${name}.key`) } }],
    contexts: [{ name: "restic-backup-sandbox", context: { cluster: "restic-backup-sandbox", user: name } }],
    "current-context": "restic-backup-sandbox",
  };
  const file = join(cluster, "kubeconfig", `${name}.conf`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

async function openssl(...args: string[]): Promise<void> {
  await execa("openssl", args, { cwd: pki, stdin: "ignore" });
}
