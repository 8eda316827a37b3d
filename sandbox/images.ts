export interface Image {
  /** The public name, so that the same manifests run on a cluster with a registry; ours where there is none. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** Programs of ours at their place in the image. */
  readonly programs: { readonly [path: string]: string };
  /** Script that lays out the rest. */
  readonly script?: string;
  /** Debian packages that the script unpacks, with all that they depend on; the machine itself gets none of them. */
  readonly packages?: readonly string[];
  /** Folder below `sandbox/npm`, whose dependencies lie in the image's `/opt`. */
  readonly npm?: string;
}

/** What runs in the pods of the demo. */
export const images: readonly Image[] = [
  { name: "registry.k8s.io/pause:3.10", entrypoint: ["/pause"], programs: { "/pause": "pause" } },
  {
    name: "docker.io/restic/restic:0.19.1",
    entrypoint: ["/entrypoint.sh"],
    programs: { "/bin/busybox": "busybox", "/usr/bin/jq": "jq", "/usr/bin/restic": "restic" },
    script: "restic.sh",
  },
];

/** Storage servers for the tests. */
export const serverImages: readonly Image[] = [
  {
    name: "docker.io/restic/rest-server:0.14.0",
    entrypoint: ["/usr/bin/rest-server"],
    programs: { "/usr/bin/rest-server": "rest-server" },
  },
  {
    name: "docker.io/versity/versitygw:v1.8.0",
    entrypoint: ["/usr/local/bin/versitygw"],
    programs: { "/usr/local/bin/versitygw": "versitygw" },
  },
  {
    name: "docker.io/rclone/rclone:1.76.0",
    entrypoint: ["rclone"],
    programs: { "/bin/busybox": "busybox", "/usr/local/bin/rclone": "rclone" },
    script: "rclone.sh",
  },
  {
    name: "docker.io/fsouza/fake-gcs-server:1.52.3",
    entrypoint: ["/bin/fake-gcs-server", "-data", "/data"],
    programs: { "/bin/fake-gcs-server": "fake-gcs-server" },
  },
  {
    name: "mcr.microsoft.com/azure-storage/azurite:3.35.0",
    entrypoint: ["docker-entrypoint.sh"],
    programs: { "/bin/busybox": "busybox" },
    script: "azurite.sh",
    npm: "azurite",
  },
  {
    name: "localhost/openssh-server:debian",
    entrypoint: ["/usr/sbin/sshd"],
    programs: {},
    script: "openssh-server.sh",
    packages: ["openssh-server", "dash", "coreutils"],
  },
  {
    name: "localhost/swift:debian",
    entrypoint: ["/usr/bin/python3"],
    programs: {},
    script: "swift.sh",
    packages: ["swift-proxy", "swift-account", "swift-container", "swift-object", "memcached", "dash", "coreutils"],
  },
];
