# What retention does after a good backup: which snapshots are removed, and what a human should know.
#
# expire(rules; called; percent; job)   Input: what snapshot_list makes. Arguments: the lines of BACKUP_RETENTION, what
#   names the new snapshot, its last id first, BACKUP_MAX_SHRINK, of which 0 is off, and BACKUP_JOB. Output: an object with
#     listed     the id that the new snapshot has now; null if the repository does not list it
#     remove     ids, oldest first, as many as one command line surely holds
#     left       how many more the next run removes
#     kept       how many snapshots of this host and path remain
#     held       why nothing is removed: damage, clock, pause; or null
#     notes      ids of notes that say nothing any more
#     warnings   objects with a code; retention-words.jq makes sentences of them
# The rules hold for snapshots of this host and of exactly the paths of the new one, in any order. What has other further
# paths may be of another instance, or of this one before they were changed; nothing tells which, so it stays.
# Uses judge, shrink, pause, spent-notes, snapshots, keep, rules and moments.
include "judge";
include "shrink";
include "pause";
include "spent-notes";
include "snapshots";
include "rules";

def most_at_once: 5000;

# How many there are, not counting what a copy stands for.
def count_distinct: map(select(.superseded | not)) | length;

# Why nothing is removed although it is due: {code, …}, or null. By a wrong clock, the new snapshot itself would go.
# Input: the group of the new snapshot as it was judged.
def hold($damaged_since; $new; $policy; $due):
  if $damaged_since != null then {code: "damage"}
  elif $new.future or (($new | is_complete) and (.kept[$new.id] | not)) then {code: "clock"}
  elif $due == [] then null
  else .standing | pause($new; $policy) | if . == null then . else {code: "pause", count: ($due | length)} + . end
  end;

# A run never removes all that was there before it, unless rules that count say so. Input: the group of the new
# snapshot as it was judged. Output: the newest one before it, if it must be kept against the rules, or null.
def last_one($new; $policy; $due):
  first((.counted, .standing | map(select(.moment < $new.moment)) | select(. != [])), [])
  | if $policy.counts == [] and . != [] and all(.[]; $due[.id]) then .[-1] else null end;

# Input: all snapshots of this host with this path. Arguments: those dated in the future that hold too much more than the
# new one, BACKUP_MAX_SHRINK, and seconds since 1970.
def future_warning($new; $larger; $percent; $now):
  map(select(.superseded | not))
  | (map(select(.future or .id == $new.id | not)) | length) as $others
  | map(select(.future))
  | if . == [] then empty
    else {code: "future", count: length, newest: .[-1], $others, $now, larger: ($larger | length), $percent} end;

def shrink_warning($new; $percent; $due):
  if . == [] then empty
  else
    max_by([.summary.total_bytes_processed, .summary.total_files_processed]).summary as $before
    | {
        code: "shrunk",
        percent: $percent,
        files_before: $before.total_files_processed,
        bytes_before: $before.total_bytes_processed,
        files_now: $new.summary.total_files_processed,
        bytes_now: $new.summary.total_bytes_processed,
        count: length,
        protected: (map(select($due[.id])) | length),
      }
  end;

# What has expired, what of it is due to be removed, and what stands against it. Input: what snapshot_list makes.
# Argument: the snapshots of this host and path.
def plan($mine; $new; $rules; $percent; $job):
  . as $list
  | ($rules | policy) as $policy
  | ($mine | map(select(.paths == $new.paths))) as $group
  | ($group | judge($rules; $new; $list.notes; $list.now; $job)) as $own
  | (if $policy | is_empty then [] else $own.expired end) as $expired
  | ($group | larger($new; $percent; $list.notes)) as $measured
  | ($measured | guarded($expired | ids)) as $guarded
  | ($expired | map(select($guarded[.id] | not))) as $unguarded
  | ($own | last_one($new; $policy; $unguarded | ids)) as $last
  | ($unguarded | map(select(.id != $last.id)) | sort_by(.moment, .id)) as $due
  | {
      expired: ($expired | ids),
      retried: $own.retried,
      larger: $measured.larger,
      future: $measured.future,
      unmeasured: $measured.unmeasured,
      last: $last,
      due: $due,
      hold: (if $policy | is_empty then null else $own | hold($list.damaged_since; $new; $policy; $due) end),
    };

def expire($rules; $called; $percent; $job):
  . as $list
  | (.snapshots | map(select(.mine))) as $mine
  | ($mine | map(select(any(names; IN($called[])))) | sort_by(.superseded, .id != $called[0]) | .[0]) as $new
  | if $new == null then
      {listed: null, remove: [], left: 0, kept: ($mine | count_distinct), held: null, notes: [], warnings: []}
    else
      plan($mine; $new; $rules; $percent; $job) as $plan
      | (if $plan.hold == null then $plan.due[:most_at_once] else [] end) as $removed
      | {
          listed: $new.id,
          remove: ($removed | map(.id)),
          left: (if $plan.hold == null then ($plan.due | length) - ($removed | length) else 0 end),
          kept: (($mine | count_distinct) - ($removed | count_distinct)),
          held: $plan.hold.code,
          notes: ($list.notes | spent_notes($list.snapshots; $new; $plan.retried; $removed | ids)),
          warnings: [
            ($mine | future_warning($new; $plan.future; $percent; $list.now)),
            ($plan.hold | select(. != null and .code != "damage")),
            ($plan.last | select(. != null and $plan.hold == null) | {code: "last", kept: .}),
            ($plan.larger | shrink_warning($new; $percent; $plan.expired)),
            ($plan.unmeasured | map(select($plan.expired[.id])) | length | select(. > 0) | {code: "unmeasured", count: .})
          ],
        }
    end;
