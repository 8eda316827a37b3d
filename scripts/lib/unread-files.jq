# How many files and directories could not be read, and what restic says of one of them. Input: what
# `restic backup --json` wrote to stderr, raw, as one string.
include "messages";

messages | map(select(.item != "")) | unique_by(.item)
| if length == 0 then "some files could not be read"
  else "\(length) \(if length == 1 then "file or directory" else "files or directories" end) could not be read, for example: \(first.text[:400])" end
