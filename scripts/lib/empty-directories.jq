# Entries of a snapshot, and which directories among them are empty: a directory comes right before what is in it.

# Input: none; reads what `restic ls --json` prints, one object a line. Output, for each entry and once more at the end: an
# object with
#   one     the entry, null at the end
#   empty   the path of the entry before it, if that was an empty directory, or null
def with_empties:
  foreach ((inputs | select(.type != null)), null) as $one ({};
    .last as $last
    | {
        one: $one,
        empty: ($last | select(. != null and ($one.path // "" | startswith($last + "/") | not)) // null),
        last: ($one | select(.type == "dir").path // null),
      });
