import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RunAsArgs } from "../components";
import { resolveSettings } from "../components/settings";
import { passwd } from "../components/users";
import { args } from "./support/args";
import { resolved } from "./support/output";

const root = "root:x:0:0:root:/root:/bin/sh\n";

describe("passwd", () => {
  const expected: [string, RunAsArgs | undefined, string][] = [
    ["root", undefined, root],
    ["root in another group", { user: 0, group: 5 }, root],
    ["another user", { user: 2001 }, `${root}restic:x:2001:2001:restic:/tmp:/bin/sh\n`],
    ["another user and group", { user: 2001, group: 0 }, `${root}restic:x:2001:0:restic:/tmp:/bin/sh\n`],
    ["a user that is known late", { user: pulumi.output(2001) }, `${root}restic:x:2001:2001:restic:/tmp:/bin/sh\n`],
  ];
  for (const [what, runAs, text] of expected) {
    it(`names ${what}`, async () => {
      assert.equal(await resolved(passwd(resolveSettings("backup", args({ runAs })))), text);
    });
  }
});
