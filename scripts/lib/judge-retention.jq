# Judges one night's retention. Input: what `restic snapshots --json` printed; may be empty.
# Arguments: host, path (BACKUP_HOST, BACKUP_PATH), now (seconds), rules (BACKUP_RETENTION, one rule on each
# line), names (of the new snapshot, with spaces, its id first), percent (BACKUP_MAX_SHRINK, 0 is off), job (BACKUP_JOB,
# may be empty), repository (its id, empty if not known).
# Output, a line each, empty where there is nothing:
#    1  damaged_since   seconds: damage was recorded then, and nobody has cleared it; nothing is removed
#    2  damage_notes    ids of the notes that say so, with spaces
#    3  listed          the id that the new snapshot has now; empty if the repository does not list it
#    4  kept            how many snapshots of this host and path remain after the removal
#    5  removed         how many are to be removed now
#    6  left            how many more are to be removed, by the next run
#    7  held            damage, clock or pause: why nothing is removed
#    8  shrunk          yes, if older snapshots are kept because they hold more by more than the limit
#    9  warnings        sentences
#   10  expired         ids of the snapshots to be removed, oldest first, with spaces
#   11  spent           ids of notes that say nothing any more, with spaces: to be removed with the snapshots
include "retention-words";
include "words";
include "clock";
include "expire";
include "spent-notes";
include "pause";
include "shrink";
include "judge";
include "keep";
include "rules";
include "snapshots";
include "moments";

[inputs][0]
| snapshot_list($host; $path; $now; $repository)
| (.damaged_since // "" | if . == "" then . else floor end),
  (.damage_notes | join(" ")),
  (expire($rules | split("\n"); $names | split(" "); $percent | tonumber; $job)
    | .listed // "",
      .kept,
      (.remove | length),
      .left,
      .held // "",
      (if any(.warnings[]; .code == "shrunk") then "yes" else "" end),
      (.warnings | map(sentences) | join(" ")),
      (.remove | join(" ")),
      (.notes | join(" ")))
