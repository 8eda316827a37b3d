# shellcheck shell=sh disable=SC2154 # variables that other files set
# Whether locks can be removed: credentials that may not delete, or an object lock on the bucket, let one more lock stay
# each night, until nothing but backups works any more. Backups do work, so that is said and no failure.
# Results: a warning. Ends nothing.

# warn_of_lasting_locks runs restic with its lock: restic says on stderr that it could not remove it, and ends well.
warn_of_lasting_locks() {
  # restic tries to remove a lock for minutes, where a server answers as if that might help.
  run_restic with-lock 30 "trying the lock" --no-cache --retry-lock=0s list index
  # Another restic is at work, whose lock says nothing of ours.
  ! ended with-lock 11 || return 0
  if grep -qi 'error while unlocking\|remove(<lock/\|unable to remove' "$work/with-lock.err"; then
    warn "Locks cannot be removed from the repository ($(print_cause with-lock)). So each run leaves one there, and retention, check and prune will not get past them. Allow these credentials to delete objects, at least those below locks/."
  fi
}
