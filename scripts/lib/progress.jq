# What a human reads of restic's progress. Input: the last line of what restic writes with --json, raw; may be cut.
[inputs | fromjson? | select(type == "object" and .message_type == "status")
  | "\((.percent_done // 0) * 100 | floor) %, \((.bytes_done // .bytes_restored // 0) / 1048576 | floor) MiB of "
    + "\((.total_bytes // 0) / 1048576 | floor) MiB"]
| last // empty
