# The ids of notes, one on each line. Input: what `restic snapshots --json` printed. Arguments: kinds (words), now.
include "snapshots";
include "moments";

($kinds | split(" ")) as $wanted
| ([inputs][0] // []) | snapshot_list(""; ""; $now).notes
| map(select(.kind as $kind | any($wanted[]; . == $kind)) | .id)
| .[:5000][]
