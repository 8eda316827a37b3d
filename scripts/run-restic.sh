# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Runs restic as a child, so that a signal reaches it and its lock goes with it, and shows that it is alive.
# Inputs: RESTIC_OPTIONS (one option on each line), RESTIC_PROGRESS_FPS (how often progress is shown; default once a
# minute), $work. Results: $status, $work/stdout, $work/stderr, $work/timed-out if the time limit ended it.

# run_restic LIMIT DOING ARGUMENT…: LIMIT in seconds, 0 for none; DOING is what a human reads while waiting.
run_restic() {
  limit=$1 doing=$2
  shift 2
  rm -f "$work/timed-out"
  old_ifs=$IFS
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # split at line ends, on purpose
  set -- ${RESTIC_OPTIONS:-} "$@"
  set +f
  IFS=$old_ifs
  stop_if_asked "$doing was not started."
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
  if [ -n "$signal" ] && [ "$status" -ne 0 ]; then
    end_stopped
  fi
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
  interval=$(progress_interval)
  waited=0 next=$interval news=
  while :; do
    step=10
    [ "$interval" -ge "$step" ] || step=$interval
    [ "$limit" -eq 0 ] || [ $((limit - waited)) -ge "$step" ] || step=$((limit - waited))
    # It may outlive this function for some seconds, and must not keep the output open.
    sleep "$step" >/dev/null 2>&1
    waited=$((waited + step))
    show_news
    if [ "$waited" -ge "$next" ]; then
      next=$((waited + interval))
      show_progress
    fi
    if [ "$limit" -gt 0 ] && [ "$waited" -ge "$limit" ]; then
      : >"$work/timed-out"
      kill -TERM "$1" 2>/dev/null || :
      sleep 3 >/dev/null 2>&1
      kill -KILL "$1" 2>/dev/null || :
      exit 0
    fi
  done
}

# A human at a terminal looks more often than a log does.
progress_interval() {
  seconds=$(jq -rn --arg fps "${RESTIC_PROGRESS_FPS:-}" '(try (1 / ($fps | tonumber)) catch 60) | round | [., 1] | max' 2>/dev/null) ||
    seconds=60
  [ ! -t 1 ] || [ "$seconds" -le 5 ] || seconds=5
  printf '%s' "$seconds"
}

# restic tells on stderr why it waits, for a server that does not answer as an example.
show_news() {
  latest=$(tail -n 1 "$work/stderr" 2>/dev/null) || return 0
  [ "$latest" != "$news" ] || return 0
  news=$latest
  case $latest in
    '' | '{'*) ;;
    *) say "  restic: $latest" ;;
  esac
}

show_progress() {
  tail -n 1 "$work/stdout" >"$work/latest" 2>/dev/null || return 0
  line=$(jq -r 'select(.message_type == "status") |
    "\((.percent_done // 0) * 100 | floor) %, \((.bytes_done // .bytes_restored // 0) / 1048576 | floor) MiB of " +
    "\((.total_bytes // 0) / 1048576 | floor) MiB"' "$work/latest" 2>/dev/null) || line=
  say "  $doing: ${line:-still working} after $waited seconds"
}
