# What else a snapshot holds, one on each line: files beside BACKUP_PATH, their bytes, and directories above or beside it,
# BACKUP_PATH itself among them; then how many empty directories are below it, and the name of the first.
# Input: the lines of manifest.jq, raw.
include "names-in-messages";

reduce (inputs | select(test("^\\[\"(further|above|root|empty)\"")) | fromjson) as [$kind, $of]
  ({files: 0, bytes: 0, directories: 0, empty: 0, first: ""};
    if $kind == "further" then .files += 1 | .bytes += $of
    elif $kind == "empty" then .first = (if .empty == 0 then $of else .first end) | .empty += 1
    else .directories += 1 end)
| .files, .bytes, .directories, .empty, (.first | without_controls)
