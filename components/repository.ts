import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings";

/** Where the claim of a local repository is mounted. */
export const repositoryMount = "/repository";

/** What the pods need to know of the repository, whichever backend it uses. */
export interface Repository {
  /** Location in restic's notation, without credentials. */
  readonly url: pulumi.Output<string>;
  /** Environment that is no secret. */
  readonly env: Environment;
  /** Credentials, by name of the environment variable: for a Secret of ours. Empty when there is none to make. */
  readonly credentials: Environment;
  /** Existing Secret whose keys are the names of environment variables. */
  readonly credentialsSecret?: { readonly name: pulumi.Input<string>; readonly keys: readonly string[] };
  /** Global options of restic. */
  readonly options: readonly pulumi.Input<string>[];
  /** The claim that holds the repository, for the local backend. */
  readonly claim?: NonNullable<Settings["repository"]["local"]>;
}

type Environment = { readonly [name: string]: pulumi.Input<string> };
type Kind = keyof Settings["repository"];
type Configured = { readonly [K in Kind]-?: NonNullable<Settings["repository"][K]> };
type Backends = { readonly [K in Kind]: (settings: Configured[K]) => Repository };

/** One row per backend. */
const backends: Backends = {
  local: (local) => ({
    url: joined(repositoryMount, local.path),
    env: { BACKUP_REPOSITORY_MOUNT: repositoryMount },
    credentials: {},
    options: [],
    claim: local,
  }),
  s3: (s3) => ({
    url: joined(pulumi.interpolate`s3:${s3Server(s3)}/${s3.bucket}`, s3.prefix),
    env: given({ AWS_DEFAULT_REGION: s3.region }),
    credentials: given({ AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey }),
    credentialsSecret: existingSecret(s3.credentialsSecretName, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
    options:
      s3.pathStyle === undefined
        ? []
        : [pulumi.output(s3.pathStyle).apply((path) => `--option=s3.bucket-lookup=${path ? "path" : "dns"}`)],
  }),
  rest: (rest) => ({
    url: pulumi.interpolate`rest:${rest.url}`,
    env: {},
    credentials: given({ RESTIC_REST_USERNAME: rest.username, RESTIC_REST_PASSWORD: rest.password }),
    credentialsSecret: existingSecret(rest.credentialsSecretName, ["RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"]),
    options: [],
  }),
};

/** The repository that the settings name. */
export function repositoryOf({ repository }: Settings): Repository {
  const found = (Object.keys(backends) as Kind[]).flatMap((kind) => resolved(kind, repository) ?? []);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error("settings are checked before they come here, and hold exactly one repository");
  }
  return found[0];
}

function resolved<K extends Kind>(kind: K, repository: Partial<Configured>): Repository | undefined {
  const settings = repository[kind];
  return settings && backends[kind](settings);
}

function s3Server({ endpoint, region }: Configured["s3"]): pulumi.Input<string> {
  if (endpoint !== undefined) {
    return pulumi.output(endpoint).apply((server) => server.replace(/\/$/, ""));
  }
  return region === undefined ? "s3.amazonaws.com" : pulumi.interpolate`s3.${region}.amazonaws.com`;
}

function joined(root: pulumi.Input<string>, path: pulumi.Input<string> | undefined): pulumi.Output<string> {
  return path === undefined ? pulumi.output(root) : pulumi.interpolate`${root}/${path}`;
}

function given(environment: { [name: string]: pulumi.Input<string> | undefined }): Environment {
  const entries = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(entries);
}

function existingSecret(
  name: pulumi.Input<string> | undefined,
  keys: readonly string[],
): Repository["credentialsSecret"] {
  return name === undefined ? undefined : { name, keys };
}
