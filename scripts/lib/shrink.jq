# The guard against a source that lost files: what holds more than the new snapshot by more than the limit is never
# removed, until a human has accepted the new size. That is remembered by a note that names the snapshot.
# Uses judge and snapshots.
include "judge";
include "snapshots";

# Whether a summary counts fewer files or bytes than another one, by more than so many percent.
def is_less_than($other; $percent):
  .total_files_processed * 100 < $other.total_files_processed * (100 - $percent)
  or .total_bytes_processed * 100 < $other.total_bytes_processed * (100 - $percent);

# larger(new; percent; notes)   Input: the new one's group, oldest first: partial and altered ones too, because what is
#   lost now may be in none that is complete. Output: an object
#   accepted          the newest complete one whose size was accepted, or null
#   larger            those that hold too much more, were begun before the new one, and not before the accepted one
#   unmeasured        those of which nobody knows what they hold, as restic before 0.17 wrote them, at the same times
#   accepted_larger   those that hold too much more, and were begun before the accepted one
#   future            those that hold too much more, and are dated in the future
def larger($new; $percent; $notes):
  ($notes | named_by("accepted")) as $ids
  | (map(select(is_complete and is_named($ids))) | last) as $accepted
  | map(select($percent > 0 and (.superseded | not))) as $group
  | ($group | map(select(.moment < $new.moment))) as $older
  | ($older | map(select(.summary == null and ($accepted == null or .moment >= $accepted.moment)))) as $unmeasured
  | def too_large: map(select(.summary != null and $new.summary != null)
      | . as $old | select($new.summary | is_less_than($old.summary; $percent)));
    ($group | map(select(.future)) | too_large) as $future
  | $older | too_large
  | {
      accepted: $accepted,
      unmeasured: $unmeasured,
      future: $future,
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
