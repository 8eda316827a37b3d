# What a command wants to know of the list of snapshots. Input: what `restic snapshots --json` printed.
# Arguments: host, path, now, repository. Output: one line for each variable of snapshots.sh, then the snapshots as one line of JSON.
include "snapshots";
include "moments";

([inputs][0] // []) | snapshot_list($host; $path; $now; $repository)
| (.damaged_since // "" | if . == "" then . else floor end),
  (.damage_notes | join(" ")),
  (.runs // 0),
  (.unfinished | .[0] as {$host, $path} | map(select(.host == $host and .path == $path))
    | (last.at // "" | if . == "" then . else floor end),
      (last | if .host == null or .path == null then "" else " of \(.path) of host \(.host)" end),
      (map(.id[:8]) | join(" "))),
  (.made_again[:5000] | join(" ")),
  (.newest_complete // "" | if . == "" then . else floor end),
  (.snapshots | length),
  (.snapshots | map(select(.mine)) | length),
  (.snapshots | tojson)
