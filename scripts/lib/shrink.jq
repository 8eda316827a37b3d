# The guard against a source that lost files: what holds more than the new snapshot by more than the limit is never
# removed, until a human has accepted the new size. That is remembered by a note that names the snapshot.
# Uses judge.
include "judge";

# Whether a summary counts fewer files or bytes than another one, by more than so many percent.
def is_less_than($other; $percent):
  .total_files_processed * 100 < $other.total_files_processed * (100 - $percent)
  or .total_bytes_processed * 100 < $other.total_bytes_processed * (100 - $percent);

# larger(new; percent; notes)   Input: the complete snapshots of the new one's group, oldest first. Output: an object
#   accepted          the newest one whose size was accepted, or null
#   larger            those that hold too much more, were begun before the new one, and not before the accepted one
#   unmeasured        those of which nobody knows what they hold, as restic before 0.17 wrote them, at the same times
#   accepted_larger   those that hold too much more, and were begun before the accepted one
def larger($new; $percent; $notes):
  ($notes | named_by("accepted")) as $ids
  | (map(select(is_named($ids))) | last) as $accepted
  | map(select($percent > 0 and .moment < $new.moment)) as $older
  | ($older | map(select(.summary == null and ($accepted == null or .moment >= $accepted.moment)))) as $unmeasured
  | $older
  | map(select(.summary != null and $new.summary != null)
      | . as $old | select($new.summary | is_less_than($old.summary; $percent)))
  | {
      accepted: $accepted,
      unmeasured: $unmeasured,
      larger: map(select($accepted == null or .moment >= $accepted.moment)),
      accepted_larger: map(select($accepted != null and .moment < $accepted.moment)),
    };

# The ids that may not be removed, a set. The accepted one must stay as long as larger ones that are older do: without
# it, they would be measured again. Input: what `larger` makes. Argument: a set, the ids that would be removed.
def guarded($due):
  (.larger + .unmeasured | ids) as $larger
  | if .accepted != null and any(.accepted_larger[]; $due[.id] | not)
    then $larger + ([.accepted] | ids)
    else $larger end;
