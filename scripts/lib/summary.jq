# What a backup's summary says: id of the snapshot, files, bytes, bytes added, one on each line, empty if it is not said.
# Input: the last line of what `restic backup --json` wrote, raw.
[inputs | fromjson? | select(type == "object" and .message_type == "summary")] | last // {}
| .snapshot_id // "",
  if has("total_files_processed") and has("total_bytes_processed") then
    .total_files_processed, .total_bytes_processed, (.data_added_packed // .data_added // "")
  else "", "", "" end
