# Judges one group: snapshots of one host with the same paths, whatever their tags are.
#
# judge(rules; new; notes; now; job)   Input: the group, oldest first. Arguments: the lines of BACKUP_RETENTION, the new
#   snapshot, all notes, seconds since 1970, and what Kubernetes calls the Job of this run, empty if it has none. Output:
#   an object with
#     counted    the complete ones that take places of the rules
#     standing   these, and those of which it is not known whether they are whole
#     kept       the ids that the rules keep, a set
#     retried    the ids that a later try made needless, surely or perhaps, a set
#     expired    those that may be removed; the new one is never among them, nor the newest one that counts
# Uses snapshots, keep, rules and moments.
include "snapshots";
include "keep";
include "rules";
include "moments";

def week: 7 * 86400;
def half_a_day: 12 * 3600;

# A set: an object, true for each id.
def ids: reduce .[] as $snapshot ({}; .[$snapshot.id] = true);

# What notes of a kind name, a set.
def named_by($kind): reduce (.[] | select(.kind == $kind).of[]) as $name ({}; .[$name] = true);

def is_named($set): any(names; $set[.]);

# What the Jobs of runs are called that failed after they had written their snapshots, by the names of these.
def jobs_by_name: reduce (.[] | select(.kind == "unsettled")) as $note ({}; .[$note.of[]] = ($note.job // ""));

# A run that failed or was killed after it had written its snapshot is tried again: a Job that ended well never is. The
# snapshot of such a try is needless when a later try of the same Job has written one. Where a note does not say of which
# run it is, or the run has no Job, it may be needless when the next one that counts began within half a day after it; or
# each hour a run of its own failed.
# Input: complete snapshots, oldest first. Output: two sets of ids, `surely` and `perhaps`.
def retried($notes; $new; $job):
  ($notes | jobs_by_name) as $jobs
  | reduce reverse[] as $one ({next: null, later: {}, surely: {}, perhaps: {}};
      ($one | tag_value("of-job:") // [$jobs[names] | values][0]) as $own
      | if $one.id == $new.id then .later[$job] = true | .next = $one.moment
        elif ($own // "") != "" and .later[$own] then .surely[$one.id] = true
        elif $own == "" and .next != null and .next - $one.moment <= half_a_day then .perhaps[$one.id] = true
        elif $one.changed then .
        elif $own == null then .next = $one.moment
        else .later[$own] = true | .next = $one.moment
        end)
  | {surely, perhaps};

# Of those that were begun at the same moment, as `restic rewrite` leaves them, all but the one that counts as the newest.
# Input: complete snapshots. Output: a set.
def rewritten:
  if (map(begun) | unique | length) == length then {}
  else group_by(begun) | map(sort_by(by_time)[:-1][]) | ids
  end;

# Tags of these scripts do not count for the rules: --keep-tag= keeps what has none.
def without_own_tags: .tags |= map(select(test("^(of-job|whole):") | not));

# Those that take no places go
#   superseded   at once
#   rewritten    when the rules would not keep it among all
#   partial      when the rules would not keep it among all, and a newer one that counts is a week older than the last
#                one that counts before the new one: by two clocks, so that one that is ahead ages nothing
#   altered      when the rules would not keep it among all, and a newer one counts; and so what something has changed, as
#                long as it is not known to be whole
#   retried      surely: when the rules would keep it among all only as one of the last: it takes no place of another night
#                there, and in an hour, a day or a week of its own it is one like any other; perhaps: when the rules would
#                not keep it among all
#   future       never
# None goes that has tags which the rules keep, or that is new.
def judge($rules; $new; $notes; $now; $job):
  map(select(is_complete)) as $each
  | ($each | rewritten) as $rewritten
  | (if $rewritten == {} then $each else $each | map(select($rewritten[.id] | not)) end) as $complete
  | (if $rewritten == {} then {} else $each | kept($rules; $now + tolerance) end) as $kept_rewritten
  | ($complete | map(select(.changed and .id != $new.id))) as $doubtful
  | ($doubtful | ids) as $doubted
  | (if $doubted == {} then $complete else $complete | map(select($doubted[.id] | not)) end) as $known
  | ($complete | retried($notes; $new; $job)) as {$surely, $perhaps}
  | ($surely + $perhaps) as $retried
  | (if $surely == {} then $known else $known | map(select($surely[.id] | not)) end) as $maybe_counted
  | (if $perhaps == {} then $maybe_counted else $maybe_counted | map(select($perhaps[.id] | not)) end) as $counted
  | (map(select(.altered and (.altered = false | is_complete))) + $doubtful) as $altered
  | ($counted | kept($rules; $now + tolerance)) as $kept
  | (if $perhaps == {} then {} else $maybe_counted | kept($rules; $now + tolerance) end) as $kept_perhaps
  | (if $altered == [] then {} else $counted + $altered | kept($rules; $now + tolerance) end) as $kept_of_all
  | map(select(.partial and (.superseded or .future | not))) as $partial
  | (if $partial == [] then {} else $counted + $partial | kept($rules; $now + tolerance) end) as $kept_partial
  | ($rules | map(select(startswith("--keep-last=") | not))) as $rules_of_time
  | (if $surely == {} or ($rules_of_time | policy | is_empty) then {}
      else reduce ($known, $complete) as $all ({}; . + ($all | kept($rules_of_time; $now + tolerance))) end) as $kept_by_time
  | ($rules | policy).tags as $tags
  | (map(select(without_own_tags as $one | any($tags[]; . as $wanted | $one | has_tags($wanted)))) | ids) as $kept_by_tags
  | ($counted | map(select(.moment < $new.moment)) | last.moment) as $before
  | ($counted | map(select($before != null and .moment <= $before - week)) | last.moment) as $aged
  | $counted[-1] as $newest
  | {
      counted: $counted,
      standing: (if $doubtful == [] then $counted else $counted + $doubtful | sort_by(by_time) end),
      kept: $kept,
      retried: $retried,
      expired: map(select(
        if .future or .id == $new.id or .id == $newest.id then false
        elif $kept_by_tags[.id] then false
        elif .superseded then true
        elif $rewritten[.id] then $kept_rewritten[.id] | not
        elif $surely[.id] then $kept_by_time[.id] | not
        elif .partial then ($kept_partial[.id] | not) and $aged != null and .moment < $aged
        elif .altered or $doubted[.id] then ($kept_of_all[.id] | not) and $newest != null and .moment < $newest.moment
        else $kept[.id] or $kept_perhaps[.id] | not
        end)),
    };
