# What a snapshot holds below BACKUP_PATH, in the lines that entries.awk counts.
# Input: what `restic ls --json` prints, one object a line, read as a stream: there may be millions.
# Arguments: path (BACKUP_PATH), empties (yes: empty directories are told, too). Output, raw: for each entry
# "TYPE:MODE UID GID BYTES INODE", with modes as Go writes them; and as JSON
#   ["root", MODE, UID, GID]   BACKUP_PATH itself
#   ["setgid", NAME, GID]      a directory below it with this bit
#   ["long", BYTES]            a path of 2000 bytes or more: how many it has below BACKUP_PATH
#   ["further", BYTES]         a file elsewhere, if all of the snapshot was listed
#   ["above"]                  a directory elsewhere, likewise
#   ["empty", NAME]            an empty directory below BACKUP_PATH
include "empty-directories";

# Go's bit for setgid is 2^22: https://pkg.go.dev/io/fs#FileMode
def has_setgid: . / 4194304 % 2 >= 1;

def lines:
  (.mode // 0) as $mode
  | if .path == $path then ["root", $mode, .uid, .gid] | tojson
    elif .path | startswith($path + "/") | not then
      {file: ["further", .size], dir: ["above"]}[.type] | values | tojson
    else
      # Without a number of its own, each file is one.
      "\(.type):\($mode) \(.uid // 0) \(.gid // 0) \(.size // 0) \(.inode // "line-\(input_line_number)")",
      (select(.path | length > 500) | (.path[($path | length) + 1:] | utf8bytelength) as $bytes
        | select($bytes >= 2000) | ["long", $bytes] | tojson),
      (select(.type == "dir" and ($mode | has_setgid)) | ["setgid", .path[($path | length) + 1:], .gid] | tojson)
    end;

if $empties == "" then inputs | select(.type != null) | lines
else
  with_empties
  | (.empty | select(. != null and startswith($path + "/")) | ["empty", .[($path | length) + 1:]] | tojson),
    (.one | select(. != null) | lines)
end
