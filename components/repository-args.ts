import type * as pulumi from "@pulumi/pulumi";

/** Where the snapshots are stored: exactly one member is set. */
export interface RepositoryArgs {
  /** A PersistentVolumeClaim: for trying out, or when the volume itself is kept safe elsewhere. */
  local?: LocalRepositoryArgs;

  /** A bucket of Amazon S3 or of a compatible server. */
  s3?: S3RepositoryArgs;

  /** A restic REST server, https://github.com/restic/rest-server. */
  rest?: RestRepositoryArgs;
}

/** A repository on a PersistentVolumeClaim, which `pulumi destroy` leaves in place. */
export interface LocalRepositoryArgs {
  /**
   * An existing claim in the same namespace.
   *
   * @default - a new claim "<name of the component>-repository"
   */
  claimName?: pulumi.Input<string>;

  /**
   * Size of the new claim, a Kubernetes quantity.
   *
   * @default "10Gi"
   */
  size?: pulumi.Input<string>;

  /**
   * Storage class of the new claim.
   *
   * @default - the cluster's default class
   */
  storageClassName?: pulumi.Input<string>;

  /**
   * Folder of the repository on the claim, relative to its root, for a claim that holds other things too.
   *
   * @default - the root of the claim
   */
  path?: pulumi.Input<string>;
}

/** A repository in a bucket of Amazon S3 or of a compatible server. The bucket should exist. */
export interface S3RepositoryArgs {
  /** Name of the bucket, without folders: those go into `prefix`. */
  bucket: pulumi.Input<string>;

  /**
   * Folder of the repository in the bucket.
   *
   * @default - the root of the bucket
   */
  prefix?: pulumi.Input<string>;

  /**
   * The server: a host with optional port (reached by HTTPS), or a URL that begins with `https://` or `http://`.
   *
   * @default - Amazon S3 in `region`
   */
  endpoint?: pulumi.Input<string>;

  /**
   * Region of the bucket.
   *
   * @default - left to the server; "us-east-1" for Amazon S3
   */
  region?: pulumi.Input<string>;

  /**
   * `true`: the bucket stands in the path (`https://host/bucket`); `false`: in the host name (`https://bucket.host`).
   *
   * @default - host name for Amazon and Google, path for all others
   */
  pathStyle?: pulumi.Input<boolean>;

  /** Access key id. It is kept in a Secret. Needs `secretAccessKey`. */
  accessKeyId?: pulumi.Input<string>;

  /** Secret access key. It is kept in a Secret. Needs `accessKeyId`. */
  secretAccessKey?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, instead of
   * `accessKeyId` and `secretAccessKey`. Its contents are not seen by Pulumi: after a change of them, start a backup by
   * hand to see that it works.
   */
  credentialsSecretName?: pulumi.Input<string>;
}

/** A repository on a restic REST server. */
export interface RestRepositoryArgs {
  /** URL of the repository on the server, `https://host:8000/path/`, without user and password. */
  url: pulumi.Input<string>;

  /**
   * User name. It is kept in a Secret. Needs `password`.
   *
   * @default - no authentication
   */
  username?: pulumi.Input<string>;

  /** Password of the user. It is kept in a Secret. Needs `username`. */
  password?: pulumi.Input<string>;

  /**
   * Name of an existing Secret in `namespace` with the keys `RESTIC_REST_USERNAME` and `RESTIC_REST_PASSWORD`, instead
   * of `username` and `password`.
   */
  credentialsSecretName?: pulumi.Input<string>;
}
