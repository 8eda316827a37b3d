# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Runs restic as a child, so that a signal reaches it and its lock goes with it, and shows that it is alive.
# Inputs: RESTIC_OPTIONS (one option on each line), RESTIC_PROGRESS_FPS (how often progress is shown; default once a
# minute), BACKUP_SSH_LOG (where ssh writes to; unset: no ssh), $give_up_early (not empty: end restic when it meets the
# same refusal again and again), $work.
# Results: $status, $work/stdout, $work/stderr, $work/timed-out if the time limit ended it, $work/given-up if a refusal did.

give_up_early=
interval=

# run_restic LIMIT DOING ARGUMENT…: LIMIT in seconds, 0 for none; DOING is what a human reads while waiting.
run_restic() {
  limit=$1 doing=$2
  shift 2
  for mark in timed-out given-up; do
    [ ! -e "$work/$mark" ] || rm "$work/$mark"
  done
  old_ifs=$IFS
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # split at line ends, on purpose
  set -- ${RESTIC_OPTIONS:-} "$@"
  set +f
  IFS=$old_ifs
  find_progress_interval
  stop_if_asked "$doing was not started."
  # Only what this restic's ssh says.
  [ -z "${BACKUP_SSH_LOG:-}" ] || true >"$BACKUP_SSH_LOG" || :
  RESTIC_PROGRESS_FPS=1 restic "$@" </dev/null >"$work/stdout" 2>"$work/stderr" &
  child=$!
  # A signal that came before there was a child to tell.
  [ -z "$signal" ] || pass_signal_on
  watch_over "$child" &
  watcher=$!
  wait_for_child
  # SIGTERM would be lost on a subshell that has just begun and still has the traps of its parent.
  kill -KILL "$watcher" 2>/dev/null || :
  wait "$watcher" 2>/dev/null || :
  if [ "$status" -ne 0 ]; then
    add_ssh_log
    # What restic makes of being ended may look like an answer, "wrong password" as an example.
    if [ -e "$work/timed-out" ] || [ -e "$work/given-up" ]; then
      status=1
    fi
  fi
  if [ -n "$signal" ] && [ "$status" -ne 0 ]; then
    end_stopped
  fi
}

# restic may end before it has passed on what ssh said.
add_ssh_log() {
  [ -n "${BACKUP_SSH_LOG:-}" ] && [ -r "$BACKUP_SSH_LOG" ] || return 0
  sed 's/^/subprocess ssh: /' "$BACKUP_SSH_LOG" >>"$work/stderr" || :
}

# Only a restic that ended in order has removed its lock.
end_stopped() {
  if [ "$status" -eq 137 ] || grep -qi "unlock" "$work/stderr"; then
    end 1 "Stopped by SIG$signal while $doing, but not in order: the repository may still be locked."
  fi
  end 130 "Stopped by SIG$signal while $doing. The repository is not locked by this run any more."
}

# A signal ends `wait`, not the child: wait again until no more signals come.
wait_for_child() {
  status=0 seen=$signals
  wait "$child" || status=$?
  while [ "$seen" -ne "$signals" ]; do
    seen=$signals again=0
    wait "$child" || again=$?
    # 127: the `wait` before had the child's status already.
    [ "$again" -eq 127 ] || status=$again
  done
  child=
}

# watch_over PROCESS: beside restic, shows what is going on, and ends it at its time limit.
watch_over() {
  trap - EXIT TERM INT
  waited=0 next=$interval news=
  while :; do
    step=10
    [ -z "$give_up_early" ] || step=1
    [ "$interval" -ge "$step" ] || step=$interval
    [ "$limit" -eq 0 ] || [ $((limit - waited)) -ge "$step" ] || step=$((limit - waited))
    # It may outlive this function for some seconds, and must not keep the output open.
    sleep "$step" >/dev/null 2>&1
    waited=$((waited + step))
    # Nobody ends this watch when the whole command was killed.
    kill -0 "$1" 2>/dev/null || exit 0
    show_news
    if [ "$waited" -ge "$next" ]; then
      next=$((waited + interval))
      show_progress
    fi
    if [ -n "$give_up_early" ] && is_refused_again; then
      end_early "$1" given-up
    fi
    if [ "$limit" -gt 0 ] && [ "$waited" -ge "$limit" ]; then
      end_early "$1" timed-out
    fi
  done
}

# end_early PROCESS MARK
end_early() {
  : >"$work/$2"
  kill -TERM "$1" 2>/dev/null || :
  sleep 3 >/dev/null 2>&1
  kill -KILL "$1" 2>/dev/null || :
  exit 0
}

# A human at a terminal looks more often than a log does.
find_progress_interval() {
  [ -z "$interval" ] || return 0
  interval=60
  # Not for what the component sets, which is the same.
  [ "${RESTIC_PROGRESS_FPS:-0.0166}" = 0.0166 ] || interval=$(awk -v fps="$RESTIC_PROGRESS_FPS" 'BEGIN { s = fps + 0 > 0 ? 1 / fps : 60; printf "%.0f", s < 1 ? 1 : s }')
  [ ! -t 1 ] || [ "$interval" -le 5 ] || interval=5
}

# restic tells on stderr why it waits, for a server that does not answer as an example.
show_news() {
  tail -n 1 "$work/stderr" >"$work/latest" 2>/dev/null || return 0
  latest=$(messages 'map(select(test("^[^{]"))) | last // ""' "$work/latest" 2>/dev/null) || return 0
  if [ -n "$latest" ] && [ "$latest" != "$news" ]; then
    news=$latest
    say "  restic: $latest"
  fi
}

show_progress() {
  tail -n 1 "$work/stdout" >"$work/latest" 2>/dev/null || return 0
  line=$(jq -r 'select(.message_type == "status") |
    "\((.percent_done // 0) * 100 | floor) %, \((.bytes_done // .bytes_restored // 0) / 1048576 | floor) MiB of " +
    "\((.total_bytes // 0) / 1048576 | floor) MiB"' "$work/latest" 2>/dev/null) || line=
  say "  $doing: ${line:-still working} after $waited seconds"
}
