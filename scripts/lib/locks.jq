# Who holds the locks of the repository. Input: lock objects, as `restic cat lock` prints them.
# Arguments: host (our host name), alive (the process ids here), now (seconds), count (how many locks there are, of which
# some may not have been read).
# Output, each a line: how many of their processes are dead; the newest sign of life, in seconds, of dead ones that shared
# the lock, and of all that shared it, empty if there is none; and a sentence. restic takes a lock for dead that is older
# than 30 minutes, or of a process here that is gone:
# https://github.com/restic/restic/blob/v0.19.1/internal/restic/lock.go
# So it never gives up one that is dated in the future before that time.
include "moments";

# A little earlier than restic, so that no lock is removed of which nothing was said.
def grace: 10;

def is_gone($here): .hostname == $host and ($here[.pid | tostring] | not);
def is_dead($here): .moment < $now - 1800 + grace or is_gone($here);
def is_ahead: .moment > $now + tolerance;

# Where the clocks of two nodes differ by half an hour, a living process looks dead, and nothing that it uploads may be
# pruned now: so its last sign of life is now, unless it is gone for certain, or silent for a day. None is later than now.
def sign_of_life($here): if is_gone($here) or .moment < $now - 86400 then [.moment, $now] | min else $now end;

# Of locks that were not read, the newest sign of life may be now.
def last_sign_of_life: if length == 0 then "" elif $count > 20 then $now else max | floor end;

def holder: "process \(.pid) on \(.hostname) since \(.time[:19])\(.time | sub("^[^.Z+]*(\\.[0-9]+)?"; ""))"
  + (if .exclusive then ", exclusive" else "" end)
  + (if is_ahead then ", which is in the future" else "" end);

def remedy:
  " The clock of \(map(.hostname) | unique | join(", ")) was ahead, or the one here, which shows \($now | todate), is "
  + "behind, and restic does not give up a lock before it is half an hour old by the clock here. Correct the clock. When no restic runs any more, remove what is left "
  + "with: restic unlock --remove-all.";

($alive | split(" ") | map({(.): true}) | add // {}) as $here
| [inputs | . + {moment: (.time | moment)}]
| map(select(is_ahead)) as $ahead
| (map(select(is_dead($here))) | length, (map(select(.exclusive | not) | sign_of_life($here)) | last_sign_of_life)),
  (map(select(.exclusive | not)) | map([.moment, $now] | min) | last_sign_of_life),
  (if . == [] then "Who holds the lock could not be read."
   else "It is held by \(map(holder) | join("; "))." + (if $ahead == [] then " A lock is given up 30 minutes after its process died." else $ahead | remedy end) end)
