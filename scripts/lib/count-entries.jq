# What a snapshot holds. Input: what `restic ls --json` prints, one object a line, a directory before what is in it.
# Output: the paths of empty directories, a JSON string on each line; in the last line, how many files, their bytes, and
# how many directories.
include "empty-directories";

foreach with_empties as {$one, $empty} ({files: 0, bytes: 0, directories: 0};
  if $one.type == "file" then .files += 1 | .bytes += ($one.size // 0)
  elif $one.type == "dir" then .directories += 1
  else . end;
  ($empty | select(. != null) | tojson), (select($one == null) | "\(.files) \(.bytes) \(.directories)"))
