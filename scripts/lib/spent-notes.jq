# Notes that say nothing any more, so that they can go with what is removed.
# Uses judge and snapshots.
include "judge";
include "snapshots";

def month: 30 * 86400;

# spent_notes(list; new; retried; removed)   Input: the notes. Arguments: all snapshots, the new one, and two objects of
# ids: what later tries made needless, and what is removed now. Output: ids of
#   unsettled   notes of this host and path whose snapshot is removed now, or counts like any other from now on
#   accepted    notes of this host and path that a newer one has followed
#   either      notes of snapshots that are long gone
def spent_notes($list; $new; $retried; $removed):
  (named_by("unsettled") + named_by("accepted")) as $ids
  | (reduce ($list[] | select(is_named($ids))) as $snapshot ({};
      .[$snapshot | names] = $snapshot)) as $named
  | def about: [$named[.of[]] | values][0];
    def own: .hostname == $new.hostname and .paths == $new.paths;
    .
  | (map(select(.kind == "accepted") | about | select(. != null and own)) | max_by(.moment)) as $accepted
  | map(
      select(.kind == "unsettled" or .kind == "accepted")
      | about as $snapshot
      | select(
          if $snapshot == null then .at < $new.moment - month
          elif $snapshot | own | not then false
          elif .kind == "accepted" then $snapshot.id != $accepted.id
          elif $removed[$snapshot.id] then true
          else $snapshot.moment < $new.moment - half_a_day and ($retried[$snapshot.id] | not)
          end)
      | .id);
