# What a dry run of a backup would add to the snapshot that was just written, in words; empty if nothing.
# Input: the last line of what `restic backup --dry-run --json` wrote, raw. Argument: files (of the snapshot).
[inputs | fromjson? | select(type == "object" and .message_type == "summary")] | last
| if . == null then "restic does not say how"
  elif .files_new + .files_changed > 0 or .total_files_processed != $files then
    [ (if .files_changed > 0 then "\(.files_changed) changed" else empty end),
      (if .files_new > 0 then "\(.files_new) came" else empty end),
      ($files + .files_new - .total_files_processed | if . > 0 then "\(.) went" else empty end) ]
    | join(", ")
  else "" end
