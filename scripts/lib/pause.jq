# The guard against a clock that jumped, and against a long pause: after either, rules that go by time alone find all or
# many of the older snapshots too old at once. Nothing is removed until the snapshots that were made since then are a week
# old.
# Uses judge, keep, rules and moments.
include "judge";
include "keep";

# Whether a duration of the rules reaches from one snapshot back to another one; and whether all do.
def reaches_by($rule; $older): . as $newer | [$older] | within($rule; $newer) != [];
def reaches($older; $policy): . as $newer | any($policy.within[]; . as $rule | $newer | reaches_by($rule; $older));
def all_reach($older; $policy): . as $newer | all($policy.within[]; . as $rule | $newer | reaches_by($rule; $older));

# pause(new; policy)   Input: the snapshots that count, of the new one's group, oldest first. Output: null, or an object
# with the last snapshot before the pause and the first one after it. Where no rule reaches over it, it is one, unless
# backups are always further apart than the rules reach: that is what somebody wants. Where a rule does, it is one if it
# takes a week, or more than another rule reaches, and at least twice as long as any before it.
def pause($new; $policy):
  . as $all
  | def length_at: $all[.].moment - $all[. - 1].moment;
    def is_gap: . > 0 and ($all[. - 1] as $older | $all[.] | reaches($older; $policy) | not);
    def is_jump:
      . as $at
      | length_at as $length
      | ($length >= week or ($all[$at - 1] as $older | $all[$at] | all_reach($older; $policy) | not))
        and all(range(1; $at); length_at * 2 <= $length);
    if $policy.within == [] then null
    else
      first(
        range(1; length)
        | select($all[.].moment >= $new.moment - week and length_at >= 3600)
        | select((is_gap and (. - 1 | is_gap | not)) or is_jump)
        | {before: $all[. - 1], after: $all[.]}
      ) // null
    end;
