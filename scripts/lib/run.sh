# shellcheck shell=sh disable=SC2154 # variables that other files set
# Runs restic as a child, so that a signal reaches it and its lock goes with it.
# Inputs: RESTIC_OPTIONS (one option on each line), BACKUP_SSH_LOG (the file that ssh writes to; unset: no ssh), $work.
# Results: those that results.sh names. Exit codes: 1, 130 where a signal came.

# Not empty: the caller has something to put in order before a signal ends the command.
run_goes_on=
# Not empty: restic works without its cache.
run_cacheless=

# run_once NAME LIMIT DOING ARGUMENT…: LIMIT in seconds, 0 for none; DOING is what a human reads while waiting.
run_once() {
  run_name=$1 run_limit=$2 run_doing=$3
  shift 3
  [ ! -e "$work/$run_name.ending" ] || rm "$work/$run_name.ending"
  run_ifs=$IFS
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # split at line ends, on purpose
  set -- ${run_cacheless:+--no-cache} ${RESTIC_OPTIONS:-} "$@"
  set +f
  IFS=$run_ifs
  run_lockless=
  case " $* " in *" --no-lock "*) run_lockless=yes ;; esac
  [ -n "$run_goes_on" ] || stop_if_asked "It came before $run_doing, which was not begun."
  # Only what this restic's ssh says.
  [ -z "${BACKUP_SSH_LOG:-}" ] || true >"$BACKUP_SSH_LOG" || :
  RESTIC_PROGRESS_FPS=1 restic "$@" </dev/null >"$work/$run_name.out" 2>"$work/$run_name.err" &
  life_child=$!
  # A signal that came before there was a child to tell.
  [ -z "$life_signal" ] || pass_signal_on
  watch_over "$life_child" "$run_name" "$run_limit" "$run_doing" &
  run_watch=$!
  wait_for_child
  # SIGTERM would be lost on a subshell that has just begun and still has the traps of its parent.
  kill -KILL "$run_watch" 2>/dev/null || :
  wait "$run_watch" 2>/dev/null || :
  keep_status "$run_name" "$life_status"
}

# keep_status NAME STATUS: what restic says after the watch ended it may look like an answer, for example
# "wrong password", so that such a run has just failed.
keep_status() {
  run_status=$2
  if [ "$run_status" -ne 0 ]; then
    add_ssh_log "$1"
    ! was_ended_early "$1" || run_status=1
  fi
  # Without its status a run is nothing: a full TMPDIR takes the status of the run before for it.
  echo "$run_status" 2>/dev/null >"$work/$1.status" || end_tmpdir_full "$run_doing"
  if [ -n "$life_signal" ] && [ "$run_status" -ne 0 ] && [ -z "$run_goes_on" ]; then
    end_stopped "$1" "$run_doing"
  fi
}

# run_cached NAME LIMIT DOING ARGUMENT…: see run_once. Without the cache where that cannot be used.
run_cached() {
  run_once "$@"
  if [ -z "$run_cacheless" ] && ended "$1" 1 && run_words=$(print_cache_refusal "$1"); then
    run_cacheless=yes
    warn "restic works without its cache, which takes longer and reads more from the repository: $run_words. RESTIC_CACHE_DIR must be a directory that user $(id -u) can write to, with room in it."
    # What restic writes into a pipe has ended for its reader, who asks anew.
    [ -n "$watch_blind" ] || run_once "$@"
  fi
}

# add_ssh_log NAME: restic may end before it has passed on what ssh said.
add_ssh_log() {
  [ -n "${BACKUP_SSH_LOG:-}" ] && [ -r "$BACKUP_SSH_LOG" ] || return 0
  sed 's/^/subprocess ssh: /' "$BACKUP_SSH_LOG" >>"$work/$1.err" || :
}

# end_stopped NAME DOING: only a restic that ended in order has removed its lock, if it had written one.
end_stopped() {
  if ended "$1" 137 || grep -qi "unlock" "$work/$1.err"; then
    end 1 "Stopped by SIG$life_signal while $2. restic did not end in order, so the repository may still be locked. The next run removes the lock when it is 30 minutes old."
  fi
  if [ -n "$run_lockless" ] || grep -q "unable to create lock" "$work/$1.err"; then
    end 130 "Stopped by SIG$life_signal while $2. This run had no lock of the repository."
  fi
  end 130 "Stopped by SIG$life_signal while $2. This run's lock is removed from the repository."
}
