# How many files of the main path a snapshot holds and their bytes; then, a line each, the further paths of which it holds
# no file. Input: what `restic ls --json` prints, one object a line. Arguments: path (BACKUP_PATH), further (BACKUP_PATHS).
def is_in($place): . == $place or startswith($place + "/");

($further | split("\n") - [""]) as $places
| reduce (inputs | select(.type == "file")) as $file ({files: 0, bytes: 0, empty: $places};
    if $file.path | is_in($path) then .files += 1 | .bytes += ($file.size // 0) else . end
    | if .empty == [] then . else .empty |= map(select(. as $place | $file.path | is_in($place) | not)) end)
| "\(.files) \(.bytes)", .empty[]
