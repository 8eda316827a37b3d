# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Runs restic where it only reads the repository: under its lock, so that no prune removes meanwhile what is read. Where no
# lock can be written, on a disk that is full or read-only or with credentials that may not write, it reads without one:
# that is no reason not to restore.
# Inputs: $watch_lock, not empty. Results: those of run_restic, and $reading_unlocked, not empty if no lock can be written.

reading_unlocked=

# restic_reading NAME DOING ARGUMENT…
restic_reading() {
  reading_run=$1 reading_doing=$2
  shift 2
  if [ -z "$reading_unlocked" ]; then
    restic_locked "$reading_run" "$reading_doing" "$@"
    find_why_unlocked
    [ -n "$reading_unlocked" ] || return 0
    warn "No lock can be written to the repository ($reading_unlocked), so it is read without a lock. Let nothing prune it or remove snapshots until this has ended."
  fi
  "$locks_runner" "$reading_run" 0 "$reading_doing" --no-lock "$@"
  # What was removed meanwhile looks like damage, and may be looked for in vain where a new index says so.
  if ! ended "$reading_run" 0 && saw_damage "$reading_run"; then
    say "That did not end well. Reading once more, because the repository may have changed meanwhile ..."
    "$locks_runner" "$reading_run" 0 "$reading_doing" --no-lock "$@"
  fi
}

# find_why_unlocked. Results: $reading_unlocked.
find_why_unlocked() {
  if ended "$reading_run" 11; then
    ! is_locked_for_good || reading_unlocked="those of dead processes are there, and cannot be removed"
  elif ! ended "$reading_run" 0; then
    status_of "$reading_run"
    ! was_ended_early "$reading_run" || run_status=
    reading_unlocked=$(print_lock_refusal "$reading_run" "$run_status")
  fi
}
