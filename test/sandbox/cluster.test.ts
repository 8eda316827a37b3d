import assert from "node:assert/strict";
import { apply, deleteNamespace, kubectl, newNamespace } from "../e2e/support/cluster";

const namespace = "sandbox-test";
const answer = "while :; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhello' | nc -l -p 8080; done";

/** As tightly locked as the backup's own pods are. */
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "tight", namespace, labels: { app: "tight" } },
  spec: {
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsUser: 2001, fsGroup: 2001, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "tight",
        image: "restic/restic:0.19.1",
        command: ["sh", "-c", `echo logged; ${answer}`],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "claim", mountPath: "/claim" },
          { name: "scratch", mountPath: "/scratch" },
        ],
      },
    ],
    volumes: [
      { name: "claim", persistentVolumeClaim: { claimName: "claim" } },
      { name: "scratch", emptyDir: { sizeLimit: "10Mi" } },
    ],
  },
};

describe("the cluster", function () {
  this.timeout(240_000);
  const inPod = (script: string) => kubectl("-n", namespace, "exec", "tight", "--", "sh", "-c", script);

  before(async () => {
    await newNamespace(namespace);
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    const service = { selector: { app: "tight" }, ports: [{ port: 80, targetPort: 8080 }] };
    await apply(
      { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "claim", namespace }, spec: claim },
      { apiVersion: "v1", kind: "Service", metadata: { name: "tight", namespace }, spec: service },
      pod,
    );
    await kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/tight", "--timeout=60s");
  });
  after(() => deleteNamespace(namespace));

  it("keeps what a pod prints", async () => {
    assert.equal(await kubectl("-n", namespace, "logs", "tight"), "logged");
  });

  it("lets a user who is not root write to a claim and to an emptyDir", async () => {
    assert.equal(await inPod("id -u; echo x > /claim/file && echo y > /scratch/file && cat /claim/file"), "2001\nx");
  });

  it("keeps the root file system read-only", async () => {
    await assert.rejects(inPod("touch /file"), /Read-only file system/);
  });

  it("routes a service to its pod, also from the pod itself", async () => {
    const address = await kubectl("-n", namespace, "get", "service", "tight", "-o", "jsonpath={.spec.clusterIP}");
    assert.equal(await inPod(`timeout 10 wget -q -O - http://${address}/`), "hello");
  });

  it("resolves the names of services, and knows no others", async () => {
    for (const name of [`tight.${namespace}`, `tight.${namespace}.svc.cluster.local`]) {
      assert.equal(await inPod(`timeout 10 wget -q -O - http://${name}/`), "hello");
    }
    await assert.rejects(inPod("nslookup nowhere.example"), /NXDOMAIN/);
  });
});
