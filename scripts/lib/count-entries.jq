# What a snapshot holds. Input: what `restic ls --json` prints, one object a line, a directory before what is in it.
# Output: the paths of empty directories, a JSON string on each line; in the last line, how many files, their bytes, and
# how many directories.
foreach ((inputs | select(.type != null)), null) as $one ({files: 0, bytes: 0, directories: 0, last: null};
  .last as $last
  | .empty = ($last | select(. != null and ($one.path // "" | startswith($last + "/") | not)) // null)
  | .last = ($one | select(.type == "dir").path // null)
  | if $one.type == "file" then .files += 1 | .bytes += ($one.size // 0)
    elif $one.type == "dir" then .directories += 1
    else . end;
  (.empty | select(. != null) | tojson), (select($one == null) | "\(.files) \(.bytes) \(.directories)"))
