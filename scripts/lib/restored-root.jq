# Owner and mode of BACKUP_PATH itself, as `stat -c "%u:%g %a"` prints them.
# Input: the lines of manifest.jq, raw.
include "entries";

first(inputs | select(startswith("[\"root\""))) | fromjson | "\(.[2]):\(.[3]) \(.[1] | mode_of_go | octal)"
