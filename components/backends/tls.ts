import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import * as formats from "../formats";
import { type Given, givenGroup, group } from "../group";
import { fileInput, input, secretInput } from "../inputs";
import { only, type Problem } from "../problems";
import { type Connection, type Environment, given } from "./backend";
import { credentialProblems, credentials, privateFolder } from "./credentials";
import * as pem from "./pem";

/** Where the authorities' file `ca.crt` is mounted. */
export const authoritiesMount = "/etc/restic/ca";

/**
 * Trust and identity of a TLS connection. Without it, the server's certificate must come from a public certificate
 * authority, and the client shows none.
 */
export interface TlsArgs {
  /**
   * Certificates of the authorities that the server's certificate may come from, in PEM, one after another. They count
   * beside the public ones. They are no secret, and stand in a ConfigMap.
   */
  caBundle?: pulumi.Input<string>;

  /** Name of an existing ConfigMap in `namespace` with the authorities under the key `ca.crt`, instead of `caBundle`. */
  caConfigMapName?: pulumi.Input<string>;

  /**
   * Trust the given authorities only, and no public one.
   *
   * @default false
   */
  caOnly?: pulumi.Input<boolean>;

  /** Certificate of the client, in PEM, for a server that asks for one. Needs `clientKey`. */
  clientCertificate?: pulumi.Input<string>;

  /** Private key of `clientCertificate`, in PEM. It is kept in a Secret. */
  clientKey?: pulumi.Input<string>;

  /** Name of an existing Secret of type `kubernetes.io/tls` in `namespace`, instead of the two. */
  clientSecretName?: pulumi.Input<string>;
}

export const tlsSchema = group("give { caBundle: … }", {
  caBundle: fileInput(pem.certificates).optional(),
  caConfigMapName: input(formats.objectName("name the ConfigMap")).optional(),
  caOnly: input(formats.flag).optional(),
  clientCertificate: fileInput(pem.certificates).optional(),
  clientKey: secretInput(pem.privateKey).optional(),
  clientSecretName: input(formats.objectName("name the Secret")).optional(),
}).optional();

/** Certificate authorities: their certificates, or the ConfigMap that holds them. */
export interface Authorities {
  readonly bundle?: pulumi.Input<string>;
  readonly configMapName?: pulumi.Input<string>;
}

type TlsSettings = z.infer<typeof tlsSchema>;
type TlsConnection = Required<Pick<Connection, "env" | "options" | "credentials">> & Pick<Connection, "authorities">;

/** What TLS adds to a connection. */
export function tlsConnection(tls: TlsSettings): TlsConnection {
  if (tls === undefined) {
    return { env: {}, options: [], credentials: [] };
  }
  const authorities = authoritiesOf(tls);
  const client = credentials(
    given({ "tls.crt": tls.clientCertificate, "tls.key": tls.clientKey }),
    tls.clientSecretName,
    { files: ["tls.crt", "tls.key"] },
  );
  return {
    env: { ...(authorities && addedAuthorities), ...(client.length > 0 && clientCertificate) },
    options: authorities ? [pulumi.output(tls.caOnly).apply((only) => (only ? onlyAuthorities : ""))] : [],
    credentials: client,
    authorities,
  };
}

/** Go reads this folder beside the file of public authorities: https://pkg.go.dev/crypto/x509#SystemCertPool */
const addedAuthorities: Environment = { SSL_CERT_DIR: authoritiesMount };

/** restic then reads nothing else: https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html#rest-server */
const onlyAuthorities = `--cacert=${authoritiesMount}/ca.crt`;

/** The scripts make one file of certificate and key, as restic wants it. */
const clientCertificate: Environment = { RESTIC_TLS_CLIENT_CERT: `${privateFolder}/tls-client.pem` };

function authoritiesOf({ caBundle, caConfigMapName }: NonNullable<TlsSettings>): Authorities | undefined {
  if (caBundle === undefined && caConfigMapName === undefined) {
    return undefined;
  }
  return { bundle: caBundle, configMapName: caConfigMapName };
}

/** What is wrong between the properties of `tls`, and with the address that stands in `addressProperty`. */
export function tlsProblems(backend: Given, at: string, addressProperty?: string): Problem[] {
  const tls = givenGroup(backend.tls);
  if (tls === undefined) {
    return [];
  }
  const address = addressProperty === undefined ? undefined : backend[addressProperty];
  const plain = typeof address === "string" && address.startsWith("http://");
  const bundle = tls.caBundle !== undefined;
  const configMap = tls.caConfigMapName !== undefined;
  return [
    ...only(plain, `${at}.tls`, `is of no use with http://: write https:// in ${addressProperty}, or remove tls`),
    ...only(bundle && configMap, `${at}.tls.caConfigMapName`, "stands beside caBundle: remove one of them"),
    ...only(
      tls.caOnly !== undefined && !bundle && !configMap,
      `${at}.tls.caOnly`,
      "is of no use without authorities: give caBundle or caConfigMapName, or remove it",
    ),
    ...credentialProblems(`${at}.tls`, tls, [["clientCertificate", "clientKey"], ["clientSecretName"]], false),
    ...only(
      !fitting(tls),
      `${at}.tls.clientKey`,
      "is not the key of clientCertificate: give the two that belong together",
    ),
  ];
}

function fitting({ clientCertificate, clientKey }: Given): boolean {
  if (typeof clientCertificate !== "string" || typeof clientKey !== "string") {
    return true;
  }
  try {
    return new X509Certificate(clientCertificate).checkPrivateKey(createPrivateKey(clientKey));
  } catch {
    // One of them is malformed, which the schema says.
    return true;
  }
}
