import * as pulumi from "@pulumi/pulumi";
import * as formats from "../formats";
import { type Given, group } from "../group";
import { input, secretInput } from "../inputs";
import { only, type Problem } from "../problems";
import { backend, given } from "./backend";
import { credentialProblems, credentials, privateFolder } from "./credentials";
import * as storages from "./formats";

/** Where the program is put by an init container: the official restic image does not hold it. */
export const programFolder = "/opt/rclone";

/** The one place that names the version of rclone. */
const defaultImage = "rclone/rclone:1.76.0";

/** A repository on anything that rclone can reach, https://rclone.org/overview/ */
export interface RcloneRepositoryArgs {
  /** Name of the remote: a section of the configuration. */
  remote: pulumi.Input<string>;

  /** Folder of the repository on the remote; for storages with buckets, `bucket/folder`. */
  path: pulumi.Input<string>;

  /**
   * Contents of `rclone.conf`, as `rclone config` writes it, not encrypted. It is kept in a Secret. A token that rclone
   * renews is kept as long as the pod lives.
   */
  config?: pulumi.Input<string>;

  /** Name of an existing Secret in `namespace` with the key `rclone.conf`, instead of `config`. */
  credentialsSecretName?: pulumi.Input<string>;

  /**
   * The official rclone image, or one that holds the program at the same place, `/usr/local/bin/rclone`.
   *
   * @default "rclone/rclone:1.76.0"
   */
  image?: pulumi.Input<string>;
}

const file = "rclone.conf";

export const rclone = backend({
  scheme: "rclone",
  schema: group("give its properties, as in { remote: nextcloud, path: backups }", {
    remote: input(storages.rcloneRemote),
    path: input(formats.anyPath),
    config: secretInput(storages.rcloneConfig).optional(),
    credentialsSecretName: input(formats.objectName("name the Secret")).optional(),
    image: input(formats.image(defaultImage)).default(defaultImage),
  }),
  problems: (given, at) => [
    ...credentialProblems(at, given, [["config"], ["credentialsSecretName"]]),
    ...remoteProblems(given, at),
  ],
  connect: ({ remote, path, config, credentialsSecretName, image }) => ({
    url: pulumi.interpolate`rclone:${remote}:${path}`,
    env: { RCLONE_CONFIG: `${privateFolder}/${file}` },
    options: [`--option=rclone.program=${programFolder}/rclone`],
    credentials: credentials(given({ [file]: config }), credentialsSecretName, { files: [file] }),
    programImage: image,
  }),
});

function remoteProblems({ remote, config }: Given, at: string): Problem[] {
  if (typeof remote !== "string" || typeof config !== "string") {
    return [];
  }
  const remotes = [...config.matchAll(/^\[(.+)\]\s*$/gm)].map(([, name]) => name);
  // A configuration without any is refused by the schema.
  const lacking = remotes.length > 0 && !remotes.includes(remote);
  return only(lacking, `${at}.remote`, `is no section of config, which has ${remotes.join(", ")}`, remote);
}
