# What a backup's summary says: id of the snapshot, files, bytes, bytes added, and when it was begun, as restic writes it
# into the snapshot; one on each line, empty if it is not said.
# Input: the last line of what `restic backup --json` wrote, raw.
[inputs | fromjson? | select(type == "object" and .message_type == "summary")] | last // {}
| .snapshot_id // "",
  if has("total_files_processed") and has("total_bytes_processed") then
    .total_files_processed, .total_bytes_processed, (.data_added_packed // .data_added // "")
  else "", "", "" end,
  (.backup_start // "" | if test("^[-+.:0-9TZ]+$") then . else "" end)
