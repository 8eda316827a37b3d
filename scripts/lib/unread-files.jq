# What restic could not read while it backed up. Input: what `restic backup --json` wrote to stderr, raw, as one string.
# Output, a line each, empty where there is nothing: how many files and directories, and what it says of one of them; what
# it says of an object of the repository, for example of the snapshot before, without which it reads all files anew.
include "messages";
include "errors";

messages | map(select(.item != "")) | unique_by(.item)
| map(select(is_of_repository)) as $objects
| map(select(is_of_repository | not)) as $files
| (if $files != [] then
    "\($files | length) \(if $files == [$files[0]] then "file or directory" else "files or directories" end) could not be read, for example: \($files[0].text[:400])"
  elif $objects == [] then "some files could not be read"
  else "" end),
  ($objects[0].text // "" | .[:400])
