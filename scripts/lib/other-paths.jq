# What there is of other paths, for a list that holds nothing of BACKUP_PATH. Empty where there is nothing.
# Input: the list of snapshots, oldest first, as snapshots.jq describes them. Arguments: path (BACKUP_PATH).
include "names-in-messages";
include "words";

[input[] | select(any(.paths[]; . == $path) | not)]
| [group_by([.hostname, .paths])[] | {count: length, last: max_by(.moment)}]
| sort_by(-.last.moment)
| (.[:5][]
    | "There \(.count | if . == 1 then "is" else "are" end) \(.count | counted("snapshot"; "snapshots")) of "
      + "\(.last.paths | map(without_controls) | join(", ")), host \(.last.hostname | without_controls). The newest is restored by: "
      + (.last.paths[0] as $first | .last | restore_command($first))),
  (if length > 5 then "There are snapshots of further paths and hosts: restic snapshots shows them." else empty end)
