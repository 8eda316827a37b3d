# What the rules of BACKUP_RETENTION keep, exactly as `restic forget` would:
# https://github.com/restic/restic/blob/v0.19.1/internal/data/snapshot_policy.go
# One difference is left: durations begin on the calendar that the newest time was written with. restic takes the zone
# of its own TZ where the two agree at that moment, so that a daylight saving time may move the beginning by an hour.
#
# kept(rules; now)   Input: the snapshots of one group, objects with id, time, moment and tags, in any order.
#   Arguments: the rules as an array of lines, and seconds since 1970. Output: an object, true for each id that is kept.
# Where two were begun at the same moment, by_time says which counts as the newer one; restic takes any.
include "moments";
include "rules";

# An ISO week begins on Monday; 1 January 1970 was a Thursday.
def bucket($name):
  if $name == "hourly" then .time[:13]
  elif $name == "daily" then .time[:10]
  elif $name == "weekly" then .time | local_days + 3 | . / 7 | floor
  elif $name == "monthly" then .time[:7]
  else .time[:4]
  end;

# The positions of those whose bucket is another one than that of the next newer one; for `last`, and where no bucket is
# named, all. Input: an array, newest first.
def firsts($name):
  if $name == "last" or $name == "" then [range(length)]
  else map(bucket($name)) as $buckets | [range(length) | select(. == 0 or $buckets[.] != $buckets[. - 1])]
  end;

# The position of the oldest one.
def oldest:
  (.[-1] | begun) as $begun
  | last(label $newer | range(length - 1; -1; -1) as $position
      | if .[$position] | begun == $begun then $position else break $newer end);

# While a rule has counts left, it also keeps the oldest one.
def kept_by_count($rule):
  if $rule.count == null then firsts($rule.bucket) + [oldest]
  else
    firsts($rule.bucket) as $firsts
    | $firsts[:$rule.count] + (if $rule.count > ($firsts | length) then [oldest] else [] end)
  end;

# Where a duration before a time begins, in whole seconds; the fraction stays that of the time. As in Go, years, months
# and days are those of the time's own calendar, and hours come after them.
def before($duration):
  [.[:4], .[5:7], .[8:10] | tonumber] as [$year, $month, $day]
  | days($year - $duration.years; $month - $duration.months; $day - $duration.days) * 86400
    + local_seconds - offset - $duration.hours * 3600;

# Those that a duration reaches. It counts from the newest one that is not in the future; where there is none, it
# reaches all.
def within($rule; $latest):
  if $latest == null then .
  else
    ($latest.time | [before($rule), fraction]) as $begin
    | map(select([(.moment | floor), (.time | fraction)] > $begin))
  end;

def kept_within($rule; $latest):
  length as $all
  | within($rule; $latest)
  | firsts($rule.bucket) + (if length == $all then [oldest] else [] end);

# A list of tags keeps what has all of them; one that begins with an empty tag, what has none at all.
def has_tags($wanted):
  (.tags // []) as $tags
  | if $tags == [] then $wanted[0] == "" else all($wanted[]; . as $tag | any($tags[]; . == $tag)) end;

def kept_by_tags($wanted): [range(length) as $position | select(.[$position] | has_tags($wanted)) | $position];

def kept($rules; $now):
  ($rules | policy) as $policy
  | if $policy | is_empty then reduce .[] as $snapshot ({}; .[$snapshot.id] = true)
    elif . == [] then {}
    else
      sort_by(by_time) | reverse
      | first((.[] | select(.moment < $now)), null) as $latest
      | . as $snapshots
      | [kept_by_count($policy.counts[]), kept_within($policy.within[]; $latest), kept_by_tags($policy.tags[])]
      | reduce .[][] as $position ({}; .[$snapshots[$position].id] = true)
    end;
