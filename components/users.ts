import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings";

/** `/etc/passwd` with root and the user that the pods run as: ssh does not run for a user without a name. */
export function passwd({ runAs }: Settings): pulumi.Output<string> {
  const root = "root:x:0:0:root:/root:/bin/sh\n";
  return pulumi
    .all([runAs.user, runAs.group ?? runAs.user])
    .apply(([user, group]) => (user === 0 ? root : `${root}restic:x:${user}:${group}:restic:/tmp:/bin/sh\n`));
}
