import fc from "fast-check";

const buckets = ["hourly", "daily", "weekly", "monthly", "yearly"];

const anyCount = fc
  .tuple(
    fc.constantFrom("last", ...buckets),
    fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 12 }) }, fc.constant("unlimited")),
  )
  .map(([bucket, count]) => `--keep-${bucket}=${count}`);

const anyDuration = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom("y", "m", "d", "h")), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map((part) => part.join("")).join(""));

const anyWithin = fc
  .tuple(fc.constantFrom("", ...buckets.map((bucket) => `-${bucket}`)), anyDuration)
  .map(([bucket, duration]) => `--keep-within${bucket}=${duration}`);

const anyTags = fc.constantFrom("a", "a,b", "c d", " b , a ", "", ",a", "a,").map((tags) => `--keep-tag=${tags}`);

/** Rules of time alone, which is where an hour more or less is seen. */
const anyWithins = fc.array(anyWithin, { minLength: 1, maxLength: 2 }).map((rules) => [...rules, "--keep-within=1h"]);

const anyMixture = fc
  .tuple(
    fc.constantFrom("last", ...buckets).map((bucket) => `--keep-${bucket}=3`),
    fc.array(fc.oneof(anyCount, anyWithin, anyWithin, anyTags), { maxLength: 4 }),
  )
  .map(([first, others]) => [first, ...others]);

/** Lines of BACKUP_RETENTION. One of them at least keeps something, because restic refuses rules that keep nothing. */
export const anyRules = fc.oneof(anyWithins, anyMixture);
