# What a snapshot holds, one number a line: files, their bytes, all entries, entries that their owner may not read, and
# sockets. Input: what entries.awk printed, as one string.
include "entries";

classes
| files, file_bytes, (map(.count) | add // 0),
  # Bits 0400 and 0100.
  (map(select((.type == "file" and (.mode | bit(256)) == 0) or (.type == "dir" and ((.mode | bit(256)) == 0 or (.mode | bit(64)) == 0))).count) | add // 0),
  sockets
