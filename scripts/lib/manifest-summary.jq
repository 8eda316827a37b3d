# What a snapshot holds, one number a line: files, their bytes, all entries, entries that their owner may not read,
# sockets, and directories.
# Input: what entries.awk printed, as one string.
include "entries";

# A file needs the bit 0400, a directory also 0100.
def is_closed:
  (.type == "file" and (.mode | bit(256)) == 0) or (.type == "dir" and (.mode | bit(256) + bit(64)) < 2);

classes
| files, file_bytes, (map(.count) | add // 0),
  (map(select(is_closed).count) | add // 0),
  sockets, directories
