import { azure } from "./azure";
import { b2 } from "./b2";
import { gcs } from "./gcs";
import { local } from "./local";
import { rclone } from "./rclone";
import { rest } from "./rest";
import { s3 } from "./s3";
import { sftp } from "./sftp";
import { swift } from "./swift";

/** Every storage of restic, by the property of `repository` that chooses it. */
export const backends = { local, sftp, rest, s3, b2, azure, gcs, swift, rclone } as const;

/** Name of a storage. */
export type Kind = keyof typeof backends;

export const kinds = Object.keys(backends) as Kind[];
