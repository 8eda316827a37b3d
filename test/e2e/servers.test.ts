import assert from "node:assert/strict";
import { execa } from "execa";
import { apply, deleteNamespace, kubectl, newNamespace } from "./support/cluster";
import { startAzurite } from "./support/servers/azurite";
import { startFakeGcsServer } from "./support/servers/fake-gcs-server";
import { startRcloneRestic } from "./support/servers/rclone-restic";
import { startRcloneS3 } from "./support/servers/rclone-s3";
import { startRestServer, startStrictRestServer } from "./support/servers/rest-server";
import type { S3 } from "./support/servers/s3";
import { newSshKey, startSshd } from "./support/servers/sshd";
import { startSwift } from "./support/servers/swift";
import { startVersitygw } from "./support/servers/versitygw";
import { startWebdav } from "./support/servers/webdav";

const namespace = "e2e-servers";

/** What restic is given, from the outside. */
interface Access {
  readonly repository: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  /** At /tmp, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

interface Case {
  readonly right: Access;
  readonly wrong: Access;
  readonly refusal: RegExp;
}

const servers: { readonly [name: string]: () => Promise<Case> } = {
  sshd: async () => {
    const { host, port, user, path, privateKey, knownHosts } = await startSshd(namespace);
    const ssh = "-i /tmp/key -o UserKnownHostsFile=/tmp/known_hosts -o StrictHostKeyChecking=yes -o BatchMode=yes";
    const access = (key: string): Access => ({
      repository: `sftp://${user}@${host}:${port}/${path}`,
      options: ["-o", `sftp.args=${ssh}`],
      files: { key, known_hosts: knownHosts },
    });
    return { right: access(privateKey), wrong: access((await newSshKey()).privateKey), refusal: /Permission denied/ };
  },
  "rest-server": async () => {
    const { url, username, password } = await startRestServer(namespace);
    const access = (given: string): Access => ({
      repository: `rest:${url}jira/`,
      env: { RESTIC_REST_USERNAME: username, RESTIC_REST_PASSWORD: given },
    });
    return { right: access(password), wrong: access("wrong"), refusal: /401/ };
  },
  "rest-server, append-only, private, TLS": async () => {
    const { url, username, password, authority } = await startStrictRestServer(namespace);
    const access = (given: string): Access => ({
      repository: `rest:${url}jira/`,
      env: { RESTIC_REST_USERNAME: username, RESTIC_REST_PASSWORD: given, RESTIC_CACERT: "/tmp/ca.crt" },
      files: { "ca.crt": authority },
    });
    return { right: access(password), wrong: access("wrong"), refusal: /401/ };
  },
  "rclone serve restic, with client certificates": async () => {
    const { url, authority, client, stranger } = await startRcloneRestic(namespace);
    const access = ({ certificate, key }: typeof client): Access => ({
      repository: `rest:${url}jira/`,
      env: { RESTIC_CACERT: "/tmp/ca.crt", RESTIC_TLS_CLIENT_CERT: "/tmp/client.pem" },
      files: { "ca.crt": authority, "client.pem": certificate + key },
    });
    return { right: access(client), wrong: access(stranger), refusal: /certificate/ };
  },
  versitygw: async () => {
    const { authority, ...s3 } = await startVersitygw(namespace);
    return s3Case(s3, { env: { RESTIC_CACERT: "/tmp/ca.crt" }, files: { "ca.crt": authority } });
  },
  "rclone serve s3": async () => s3Case(await startRcloneS3(namespace)),
  azurite: async () => {
    const { accountName, accountKey, wrongKey, endpointSuffix, container, authority } = await startAzurite(namespace);
    const access = (key: string): Access => ({
      repository: `azure:${container}:/jira`,
      env: {
        AZURE_ACCOUNT_NAME: accountName,
        AZURE_ACCOUNT_KEY: key,
        AZURE_ENDPOINT_SUFFIX: endpointSuffix,
        RESTIC_CACERT: "/tmp/ca.crt",
      },
      options: ["-o", "azure.access-tier=Hot"],
      files: { "ca.crt": authority },
    });
    return { right: access(accountKey), wrong: access(wrongKey), refusal: /AuthorizationFailure|AuthenticationFailed/ };
  },
  "fake-gcs-server": async () => {
    const { url, bucket, projectId, credentials, wrongCredentials } = await startFakeGcsServer(namespace);
    const access = (json: string): Access => ({
      repository: `gs:${bucket}:/jira`,
      env: {
        GOOGLE_PROJECT_ID: projectId,
        GOOGLE_APPLICATION_CREDENTIALS: "/tmp/credentials.json",
        STORAGE_EMULATOR_HOST: url,
      },
      files: { "credentials.json": json },
    });
    return { right: access(credentials), wrong: access(wrongCredentials), refusal: /Invalid JWT Signature/ };
  },
  swift: async () => {
    const { authUrl, user, key, container } = await startSwift(namespace);
    const access = (given: string): Access => ({
      repository: `swift:${container}:/jira`,
      env: { ST_AUTH: authUrl, ST_USER: user, ST_KEY: given },
    });
    return { right: access(key), wrong: access("wrong"), refusal: /Authorization Failed|401/ };
  },
  webdav: async () => {
    const { remote, config, wrongConfig } = await startWebdav(namespace);
    const access = (conf: string): Access => ({
      repository: `rclone:${remote}:jira`,
      env: { RCLONE_CONFIG: "/tmp/rclone.conf" },
      options: ["-o", "rclone.program=/opt/rclone/rclone"],
      files: { "rclone.conf": conf },
    });
    return { right: access(config), wrong: access(wrongConfig), refusal: /401/ };
  },
};

function s3Case(s3: S3, more: Omit<Access, "repository"> = {}): Case {
  const access = (secret: string): Access => ({
    ...more,
    repository: `s3:${s3.endpoint}/${s3.bucket}/jira`,
    env: {
      ...more.env,
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_DEFAULT_REGION: s3.region,
    },
  });
  return { right: access(s3.secretAccessKey), wrong: access("wrong"), refusal: /signature/i };
}

describe("e2e: storage servers", function () {
  this.timeout(120_000);

  before(async () => {
    await newNamespace(namespace);
    const volumeMounts = [{ name: "rclone", mountPath: "/opt/rclone" }];
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "client", namespace },
      spec: {
        terminationGracePeriodSeconds: 1,
        initContainers: [
          {
            name: "rclone",
            image: "rclone/rclone:1.76.0",
            command: ["cp", "/usr/local/bin/rclone", "/opt/rclone/"],
            volumeMounts,
          },
        ],
        containers: [{ name: "client", image: "restic/restic:0.19.1", command: ["sleep", "3600"], volumeMounts }],
        volumes: [{ name: "rclone", emptyDir: {} }],
      },
    });
    await kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/client", "--timeout=60s");
  });
  after(() => deleteNamespace(namespace));

  for (const [name, start] of Object.entries(servers)) {
    it(`${name}: refuses wrong credentials, and takes and gives a backup with the right ones`, async () => {
      const { right, wrong, refusal } = await start();
      const refused = await restic(wrong, "timeout 60 restic OPTIONS cat config || exit 9");
      if (process.env.SHOW) {
        console.log(`--- ${name}\n${refused.text}`);
      }
      assert.equal(refused.exitCode, 9, refused.text);
      assert.match(refused.text, refusal);
      const script = `rm -rf /tmp/source /tmp/target; mkdir /tmp/source
        head -c 3000000 /dev/urandom > /tmp/source/file
        restic OPTIONS init; restic OPTIONS backup /tmp/source; restic OPTIONS check
        restic OPTIONS restore latest --target /tmp/target
        cmp /tmp/source/file /tmp/target/tmp/source/file`;
      const { exitCode, text } = await restic(right, script);
      if (process.env.SHOW) {
        console.log(text);
      }
      assert.equal(exitCode, 0, text);
    });
  }
});

/** Runs a script in the pod, with the environment, and with OPTIONS put in. */
async function restic(access: Access, script: string): Promise<{ exitCode: number | undefined; text: string }> {
  const { repository, env = {}, options = [], files = {} } = access;
  const quoted = (text: string) => `'${text}'`;
  const variables = { RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: "e2e", HOME: "/tmp", ...env };
  const lines = [
    "set -eu; umask 077",
    ...Object.entries(files).map(([name, content]) => `printf %s ${quoted(content)} > /tmp/${name}`),
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    script.replaceAll("OPTIONS", options.map(quoted).join(" ")),
  ];
  const args = ["-n", namespace, "exec", "-i", "client", "--", "sh", "-s"];
  const { exitCode, all } = await execa("kubectl", args, { input: lines.join("\n"), reject: false, all: true });
  return { exitCode, text: all };
}
