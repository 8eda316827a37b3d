# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Runs restic where it needs the repository's lock, and gets rid of locks that dead processes left.
# Inputs: BACKUP_LOCK_WAIT in seconds. Any lock older than 30 minutes is stale, so after the default of 32 minutes a lock
# that is still there is alive. Results: those of run_restic, and $lock_holders when $status is 11.

lock_holders=

# restic_locked DOING ARGUMENT…
restic_locked() {
  locked_doing=$1
  shift
  run_restic 0 "$locked_doing" --retry-lock=0s "$@"
  [ "$status" -eq 11 ] || return 0
  say "The repository is locked."
  remove_stale_locks
  run_restic 0 "$locked_doing (waiting for a lock)" --retry-lock="${BACKUP_LOCK_WAIT}s" "$@"
  [ "$status" -eq 11 ] || return 0
  remove_stale_locks
  run_restic 0 "$locked_doing" --retry-lock=0s "$@"
  [ "$status" -eq 11 ] || return 0
  find_lock_holders
  status=11
}

# Only locks that restic itself knows to be dead. Never --remove-all: it takes the lock of a running backup too, and a
# prune beside that backup loses data: https://github.com/restic/restic/issues/3126
remove_stale_locks() {
  find_lock_holders
  say "$lock_holders"
  run_restic "$BACKUP_PROBE_TIMEOUT" "removing locks of dead processes" unlock
  if [ "$status" -eq 0 ]; then
    say "$(cat "$work/stdout")"
  else
    say "Locks of dead processes could not be removed: $(restic_error)"
  fi
}

# Who holds it, for the operator; the result does not depend on it, so that what cannot be read is left out.
find_lock_holders() {
  lock_holders="Who holds it could not be found out."
  run_restic "$BACKUP_PROBE_TIMEOUT" "listing locks" --no-lock list locks
  [ "$status" -eq 0 ] || return 0
  head -n 5 "$work/stdout" >"$work/locks"
  lock_holders=
  while IFS= read -r lock; do
    run_restic "$BACKUP_PROBE_TIMEOUT" "reading a lock" --no-lock cat lock "$lock"
    [ "$status" -eq 0 ] || continue
    holder=$(jq -r --arg id "$lock" '"\($id[:8]) held by process \(.pid) on \(.hostname) since \(.time[:19])" +
      "\(.time | sub("^[^.Z+]*(\\.[0-9]+)?"; ""))\(if .exclusive then ", exclusive" else "" end)"' "$work/stdout") || continue
    lock_holders="$lock_holders${lock_holders:+; }$holder"
  done <"$work/locks"
  lock_holders="Locks: ${lock_holders:-none that could be read}."
}
