# The guard against a clock that jumped, and against a long pause: after either, rules that go by time alone find all
# older snapshots too old at once. Nothing is removed until the snapshots that were made since then are a week old.
# Uses judge, keep, rules and moments.
include "judge";
include "keep";

# Whether a duration of the rules reaches from one snapshot back to another one.
def reaches($older; $policy):
  . as $newer
  | any($policy.within[]; . as $rule | [$older] | within($rule; $newer) != []);

# pause(new; policy)   Input: the snapshots that count, of the new one's group, oldest first. Output: null, or an object
# with the last snapshot before the pause and the first one after it. Where backups are always further apart than the
# rules reach, that is what somebody wants, and no pause.
def pause($new; $policy):
  . as $all
  | def is_gap: . > 0 and ($all[. - 1] as $older | $all[.] | reaches($older; $policy) | not);
    if $policy.within == [] then null
    else
      first(
        range(1; length)
        | select($all[.].moment >= $new.moment - week and $all[.].moment - $all[. - 1].moment >= 3600)
        | select(is_gap and (. - 1 | is_gap | not))
        | {before: $all[. - 1], after: $all[.]}
      ) // null
    end;
