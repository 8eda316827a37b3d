# Snapshots of which something must find out whether they are whole, newest first. Input: list.json. Output, raw, for each
# "ID ORIGINAL OTHER FILES BYTES DIRECTORIES": what it was changed from, the nearest one of the same host and paths that is as
# it was made, and what it held when it was made; - stands for what is not known. restic did not say it before 0.17, and nothing of directories where
# something was left out later.
include "made";

def distance($moment): .moment - $moment | fabs;

. as $all
| reverse[]
| select(.changed and .looked == null and (.partial or .altered or .superseded | not))
| . as {$moment, $hostname, $paths}
| ([$all[] | select(.hostname == $hostname and .paths == $paths and (.changed or .partial or .altered | not))]
    | min_by(distance($moment)).id) as $other
| [.id, .original, $other, (.summary | .total_files_processed, .total_bytes_processed), directories_when_made]
| map(. // "-") | join(" ")
