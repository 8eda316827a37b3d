# Judges one group: snapshots of one host with the same paths, whatever their tags are.
#
# judge(rules; new; notes; now)   Input: the group, oldest first. Arguments: the lines of BACKUP_RETENTION, the new
#   snapshot, all notes, and seconds since 1970. Output: an object with
#     complete   those of which nothing is known to be wrong
#     counted    the complete ones that take places of the rules
#     kept       the ids that the rules keep, a set
#     retried    the ids that a later try of the same run made needless, a set
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

# The ids that notes of a kind name, a set.
def named_by($kind): reduce (.[] | select(.kind == $kind).of // empty) as $id ({}; .[$id] = true);

def is_named($ids): $ids[.id] or $ids[.original // ""];

# A run that failed after it had written its snapshot is tried again. The snapshot of such a run is needless when the
# next one that counts began within half a day after it. Input: complete snapshots, oldest first.
def retried($notes; $new):
  ($notes | named_by("unsettled")) as $unsettled
  | reduce (if $unsettled == {} then empty else reverse[] end) as $one ({next: null, ids: {}};
      if .next != null and .next - $one.moment <= half_a_day and $one.id != $new.id and ($one | is_named($unsettled))
      then .ids[$one.id] = true
      else .next = $one.moment
      end)
  | .ids;

# Those that take no places go
#   superseded   at once
#   partial      when a newer one that counts is a week old
#   altered      when the rules would not keep it among all, and a newer one counts
#   retried      when the rules would keep it among all only as one of the last: it takes no place of another night there,
#                and in an hour, a day or a week of its own it is one like any other
#   future       never
# None goes that has tags which the rules keep.
def judge($rules; $new; $notes; $now):
  map(select(is_complete)) as $complete
  | ($complete | retried($notes; $new)) as $retried
  | ($complete | if $retried == {} then . else map(select($retried[.id] | not)) end) as $counted
  | map(select(.altered and (.altered = false | is_complete))) as $altered
  | ($counted | kept($rules; $now + tolerance)) as $kept
  | (if $altered == [] then {} else $counted + $altered | kept($rules; $now + tolerance) end) as $kept_of_all
  | ($rules | map(select(startswith("--keep-last=") | not))) as $rules_of_time
  | (if $retried == {} or ($rules_of_time | policy | is_empty) then {}
      else $complete | kept($rules_of_time; $now + tolerance) end) as $kept_by_time
  | ($rules | policy).tags as $tags
  | (map(select(. as $one | any($tags[]; . as $wanted | $one | has_tags($wanted)))) | ids) as $kept_by_tags
  | ($counted | map(select(.moment <= $now - week)) | last.moment) as $aged
  | $counted[-1] as $newest
  | {
      complete: $complete,
      counted: $counted,
      kept: $kept,
      retried: $retried,
      expired: map(select(
        if .future or .id == $new.id or .id == $newest.id then false
        elif .superseded then true
        elif $kept_by_tags[.id] then false
        elif $retried[.id] then $kept_by_time[.id] | not
        elif .partial then $aged != null and .moment < $aged
        elif .altered then ($kept_of_all[.id] | not) and $newest != null and .moment < $newest.moment
        else $kept[.id] | not
        end)),
    };
