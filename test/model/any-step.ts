import { chmod, rm } from "node:fs/promises";
import * as fc from "fast-check";
import type { BackupSettings } from "./expected-backup";
import * as script from "./script-steps";
import { empty, filesOf, makeAllReadable, move, write } from "./source";
import { type Step, step } from "./step";

const name = fc.constantFrom(
  "jira.zip",
  "a b.zip",
  "-dash",
  "$(id).zip",
  "sub/ümlaut.zip",
  "sub/deep/x.zip",
  ".hidden",
);
const pick = fc.nat({ max: 999 });
// Of doubles, most are next to 0.
const moment = fc.integer({ min: 0, max: 110 }).map((percent) => percent / 100);
const settings: fc.Arbitrary<BackupSettings> = fc.record({
  policy: fc.option(fc.record({ last: fc.integer({ min: 1, max: 4 }), tag: fc.boolean() }), { freq: 3 }),
  tagged: fc.constantFrom(false, false, false, true),
  minFiles: fc.constantFrom(0, 0, 0, 0, 2, 3),
  maxShrink: fc.constantFrom(0, 0, 50),
  exclude: fc.constantFrom(false, false, false, true),
});

/** Half of the steps change the source, the others run a script. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  times(
    12,
    fc.tuple(name, fc.nat({ max: 30_000 }), fc.nat()).map((of) => added(...of)),
  ),
  times(
    4,
    pick.map((of) => changed("delete", of, (_, path) => rm(path))),
  ),
  times(
    3,
    fc.tuple(pick, name).map(([of, to]) => changed(`rename to ${to}:`, of, (source, path) => move(source, path, to))),
  ),
  times(
    5,
    pick.map((of) => changed("make unreadable", of, (_, path) => chmod(path, 0))),
  ),
  times(2, fc.constant(step("make all files readable", (_, { world }) => makeAllReadable(world.source)))),
  times(1, fc.constant(step("delete all files", (_, { world }) => empty(world.source)))),
  times(
    11,
    fc.tuple(settings, pick).map((of) => script.backup(...of)),
  ),
  times(
    3,
    fc.tuple(settings, moment, pick).map((of) => script.killBackup(...of)),
  ),
  times(3, pick.map(script.prune)),
  times(
    1,
    fc.tuple(moment, pick).map((of) => script.kill("prune.sh", ...of)),
  ),
  times(
    3,
    fc.tuple(fc.integer({ min: 1, max: 3 }), pick).map((of) => script.check(...of)),
  ),
  times(
    1,
    fc.tuple(moment, pick).map((of) => script.kill("check.sh", ...of)),
  ),
  times(1, pick.map(script.init)),
  times(1, pick.map(script.restoreNewest)),
  times(
    1,
    fc.tuple(pick, pick).map((of) => script.restoreById(...of)),
  ),
  times(
    1,
    fc.tuple(pick, pick).map((of) => script.restoreUntil(...of)),
  ),
);

function times(weight: number, arbitrary: fc.Arbitrary<Step>) {
  return { weight, arbitrary };
}

function added(name: string, bytes: number, content: number): Step {
  return step(`write ${bytes} bytes to ${name}`, (_, { world }) => write(world.source, name, bytes, content));
}

/** Of no file, nothing. */
function changed(title: string, pick: number, change: (source: string, path: string) => Promise<void>): Step {
  return step(`${title} file ${pick}`, async (_, { world }) => {
    const files = await filesOf(world.source);
    const file = files[pick % files.length];
    if (file) {
      await change(world.source, file.path);
    }
  });
}
