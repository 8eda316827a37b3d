import { chmod, rm } from "node:fs/promises";
import * as fc from "fast-check";
import * as backups from "./backup-steps";
import type { BackupSettings } from "./expected-backup";
import type { Policy } from "./expected-retention";
import * as maintenance from "./maintenance-steps";
import * as restores from "./restore-steps";
import { empty, filesOf, makeAllReadable, move, write } from "./source";
import { type Step, step } from "./step";
import * as stock from "./stock-steps";
import * as storage from "./storage-steps";

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
const policy: fc.Arbitrary<Policy> = fc.record({
  by: fc.constantFrom("last", "last", "daily", "within"),
  count: fc.integer({ min: 1, max: 4 }),
  tag: fc.boolean(),
});
const settings: fc.Arbitrary<BackupSettings> = fc.record({
  policy: fc.option(policy, { freq: 4 }),
  tagged: fc.constantFrom(false, false, false, true),
  minFiles: fc.constantFrom(0, 0, 0, 0, 2, 3),
  maxShrink: fc.constantFrom(0, 0, 50),
  exclude: fc.constantFrom(false, false, false, true),
  further: fc.constantFrom(false, false, false, false, true),
  meanwhile: fc.constantFrom("nothing", "nothing", "nothing", "a file comes", "a file changes", "a file goes"),
  acceptChanges: fc.constantFrom(false, false, true),
});

/** What happens to the source. */
const sourceSteps = [
  times(
    14,
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
    3,
    pick.map((of) => changed("make unreadable", of, (_, path) => chmod(path, 0))),
  ),
  times(4, fc.constant(step("make all files readable", (_, { world }) => makeAllReadable(world.source)))),
  times(1, fc.constant(step("delete all files", (_, { world }) => empty(world.source)))),
];

const two = fc.tuple(pick, pick);
const maintained = fc.constantFrom("prune.sh" as const, "check.sh" as const);
const scriptSteps = [
  one(14, fc.tuple(settings, fc.constantFrom(false, false, false, false, true), pick), backups.backup),
  one(3, fc.tuple(settings, moment, pick), backups.killBackup),
  one(1, fc.tuple(settings, moment, pick), backups.stopBackup),
  one(1, fc.tuple(settings, pick), backups.lockedRetention),
  one(1, fc.tuple(settings, pick), backups.cutOff),
  one(3, fc.tuple(pick), maintenance.prune),
  one(3, fc.tuple(fc.integer({ min: 1, max: 3 }), pick), maintenance.check),
  one(2, fc.tuple(pick), maintenance.clearDamage),
  one(1, fc.tuple(maintained, moment, pick), maintenance.kill),
  one(1, fc.tuple(maintained, moment, pick), maintenance.stop),
  one(1, fc.tuple(pick), maintenance.init),
  one(1, fc.tuple(pick), restores.restoreNewest),
  one(1, two, restores.restoreById),
  one(1, two, restores.restoreUntil),
  one(1, fc.tuple(pick), restores.restoreNote),
  one(1, fc.tuple(pick), restores.restoreList),
];

/** What others do to the repository: an operator, clocks, the storage, an older version. */
const otherSteps = [
  one(1, two, stock.forget),
  one(1, fc.tuple(pick), stock.forgetByHost),
  one(1, fc.tuple(fc.constantFrom("keep", "audited"), pick), stock.tag),
  one(1, fc.tuple(fc.boolean(), pick), stock.backupElsewhere),
  one(2, fc.tuple(fc.constantFrom("" as const, "--host" as const, "--path" as const), pick), stock.restoreLatest),
  one(3, fc.tuple(fc.constantFrom(1, 2, 8, 40), pick), storage.daysPass),
  one(2, fc.tuple(pick, fc.constantFrom(1, 5, 30), fc.boolean(), pick), storage.writtenAt),
  one(1, two, storage.loseSnapshot),
  one(
    1,
    fc.tuple(fc.constantFrom<storage.Loss>("all indexes", "all packs", "a byte of a snapshot"), maintained, pick),
    (loss, script, of) => storage.damage(loss, script, of),
  ),
  one(
    1,
    fc.tuple(fc.constantFrom("checked" as const, "damaged" as const, "remembered" as const), pick),
    storage.foreignNote,
  ),
];

export const anyStep: fc.Arbitrary<Step> = fc.oneof(...sourceSteps, ...scriptSteps, ...otherSteps);

function times(weight: number, arbitrary: fc.Arbitrary<Step>) {
  return { weight, arbitrary };
}

function one<Args extends unknown[]>(weight: number, args: fc.Arbitrary<Args>, make: (...args: Args) => Step) {
  return times(
    weight,
    args.map((of) => make(...of)),
  );
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
