# What a command wants to know of the list of snapshots. Input: what `restic snapshots --json` printed.
# Arguments: host, path, now. Output: one line for each variable of snapshots.sh, then the snapshots as one line of JSON.
include "snapshots";
include "moments";

([inputs][0] // []) | snapshot_list($host; $path; $now)
| (.damaged_since // "" | if . == "" then . else floor end),
  (.damage_notes | join(" ")),
  (.runs // 0),
  (.unfinished_at // "" | if . == "" then . else floor end),
  (.newest_complete // "" | if . == "" then . else floor end),
  (.snapshots | length),
  (.snapshots | map(select(.mine)) | length),
  (.snapshots | tojson)
