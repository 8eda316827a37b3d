# shellcheck shell=sh disable=SC2154 # variables that other files set
# Runs restic where it needs the repository's lock, and removes the locks that dead processes left.
# Inputs: $locks_runner, what runs restic; BACKUP_LOCK_WAIT in seconds. Any lock older than 30 minutes is stale, so after the
# default of 32 minutes a lock that is still there is alive.
# Results: those of run_restic, and $locks_holders when it ended with 11.

locks_holders=
locks_runner=run_restic

# restic_locked NAME DOING ARGUMENT…
restic_locked() {
  locks_run=$1 locks_doing=$2
  shift 2
  "$locks_runner" "$locks_run" 0 "$locks_doing" --retry-lock=0s "$@"
  ended "$locks_run" 11 || return 0
  say "The repository is locked."
  remove_stale_locks
  ! is_locked_for_good || return 0
  "$locks_runner" "$locks_run" 0 "$locks_doing (waiting for a lock)" --retry-lock="${BACKUP_LOCK_WAIT}s" "$@"
  ended "$locks_run" 11 || return 0
  remove_stale_locks
  ! is_locked_for_good || return 0
  "$locks_runner" "$locks_run" 0 "$locks_doing" --retry-lock=0s "$@"
  ended "$locks_run" 11 || return 0
  read_locks
}

# remove_stale_locks removes only locks that restic itself knows to be dead. Never --remove-all: it takes the lock of a
# running backup too, and a prune beside that backup loses data: https://github.com/restic/restic/issues/3126
remove_stale_locks() {
  read_locks
  say "$locks_holders"
  run_restic unlock "$BACKUP_PROBE_TIMEOUT" "removing locks of dead processes" unlock
  if ended unlock 0; then
    say "$(cat "$work/unlock.out")"
  else
    say "Locks of dead processes could not be removed: $(print_cause unlock)."
  fi
  note_removed_lock
}

# is_locked_for_good: all processes that hold the lock are dead, and nobody may remove it. For what only reads.
is_locked_for_good() {
  [ -n "$watch_lock" ] && ! ended unlock 0 && [ "$locks_count" -gt 0 ] && [ "$locks_dead" -eq "$locks_count" ]
}

# note_removed_lock: a backup that was killed has left nothing but its lock to tell of it. Where more locks are gone than
# were dead a moment ago, it may have been any of them.
note_removed_lock() {
  locks_removed=$(sed -n 's/^successfully removed \([0-9][0-9]*\) lock.*/\1/p' "$work/unlock.out")
  if [ "${locks_removed:-0}" -gt "$locks_dead" ]; then
    locks_cut_off=$locks_shared
  fi
  [ -z "$locks_cut_off" ] || note_cut_off "$locks_cut_off"
}

# read_locks finds out who holds the locks; the result of the command does not depend on it, so what cannot be read is
# left out. Results: $locks_holders, $locks_count, $locks_dead (how many processes are dead), $locks_cut_off (the newest sign
# of life of a dead one that shared the lock, as backups do; empty if there is none), $locks_shared (the same of all).
read_locks() {
  locks_holders="Who holds the lock could not be read." locks_count=0 locks_dead=0 locks_cut_off='' locks_shared=
  run_restic locks "$BACKUP_PROBE_TIMEOUT" "listing locks" --no-lock list locks
  ended locks 0 || return 0
  head -n 20 "$work/locks.out" >"$work/lock-ids"
  : >"$work/locks.json"
  while IFS= read -r locks_id; do
    run_restic lock "$BACKUP_PROBE_TIMEOUT" "reading a lock" --no-lock cat lock "$locks_id"
    ! ended lock 0 || cat "$work/lock.out" >>"$work/locks.json"
  done <"$work/lock-ids"
  find_living_processes
  locks_count=$(awk 'END { print NR }' "$work/locks.out")
  run_jq locks -rn --arg host "$(cat /proc/sys/kernel/hostname)" --arg alive "$locks_alive" --argjson now "$(date +%s)" \
    --argjson count "$locks_count" "$work/locks.json" >"$work/locks" || return 0
  {
    read -r locks_dead
    read -r locks_cut_off
    read -r locks_shared
    read -r locks_holders
  } <"$work/locks"
}

find_living_processes() {
  locks_alive=
  for locks_process in /proc/[0-9]*; do
    locks_alive="$locks_alive ${locks_process#/proc/}"
  done
}

# wait_for_lock waits with a command that needs the lock as prune and forget do, and changes nothing. Leaves the run `wait`.
wait_for_lock() {
  restic_locked wait "waiting for a lock" forget --dry-run --keep-last=1
}

# write_note KIND TEXT TAG…: as write_note_within, but waits for the repository's lock.
write_note() {
  write_note_by write_under_lock "$@"
}

write_under_lock() {
  restic_locked note "recording it in the repository" "$@"
}
