# shellcheck shell=sh disable=SC2154 # variables that other files set
# The watch beside a running restic: shows that it is alive, and ends it at its time limit.
# Inputs: RESTIC_PROGRESS_FPS (how often progress is shown; default once a minute), $watch_gives_up (not empty: end restic
#   when it meets the same refusal twice), $watch_lock (not empty: end restic when it cannot write its lock),
#   $watch_blind (not empty: what restic writes to stdout
#   goes into a pipe for another reader, so nothing of it is shown), $run_cacheless.
# Results: $work/NAME.ending, see results.sh.

watch_gives_up=
watch_lock=
watch_blind=

# watch_over PROCESS NAME LIMIT DOING runs as a child of its own.
watch_over() {
  trap - EXIT TERM INT
  watch_process=$1 watch_name=$2 watch_limit=$3 watch_doing=$4
  find_progress_interval
  watch_waited=0 watch_next=$watch_interval watch_news=
  while :; do
    watch_step=10
    [ -z "$watch_gives_up" ] || watch_step=1
    [ -z "$watch_lock" ] || [ "$watch_waited" -ge 60 ] || watch_step=2
    [ "$watch_interval" -ge "$watch_step" ] || watch_step=$watch_interval
    [ "$watch_limit" -eq 0 ] || [ $((watch_limit - watch_waited)) -ge "$watch_step" ] || watch_step=$((watch_limit - watch_waited))
    # This sleep may outlive the watch for some seconds, and must keep neither the output open nor a volume busy.
    (cd / && exec sleep "$watch_step") >/dev/null 2>&1
    watch_waited=$((watch_waited + watch_step))
    # The parent was killed, so nobody ends this watch: it ends itself when restic is gone.
    kill -0 "$watch_process" 2>/dev/null || exit 0
    show_news
    if [ "$watch_waited" -ge "$watch_next" ]; then
      watch_next=$((watch_waited + watch_interval))
      show_progress
    fi
    if [ -n "$watch_gives_up" ] && is_refused_again "$watch_name"; then
      end_early given-up
    fi
    # restic renews its lock every five minutes: what it says of it before that is of the first one.
    if [ -n "$watch_lock" ] && [ "$watch_waited" -lt 270 ] && is_lock_refused "$watch_name"; then
      end_early lock-refused
    fi
    if [ -z "$run_cacheless" ] && print_cache_refusal "$watch_name" >/dev/null; then
      end_early cache-refused
    fi
    if [ "$watch_limit" -gt 0 ] && [ "$watch_waited" -ge "$watch_limit" ]; then
      end_early timed-out
    fi
  done
}

# end_early WHY
end_early() {
  echo "$1 $watch_limit" 2>/dev/null >"$work/$watch_name.ending" || :
  kill -TERM "$watch_process" 2>/dev/null || :
  (cd / && exec sleep 3) >/dev/null 2>&1
  kill -KILL "$watch_process" 2>/dev/null || :
  exit 0
}

# find_progress_interval: a human at a terminal looks more often than a log does.
find_progress_interval() {
  watch_interval=60
  # The component sets 0.0166, which is once a minute.
  [ "${RESTIC_PROGRESS_FPS:-0.0166}" = 0.0166 ] ||
    watch_interval=$(awk -v fps="$RESTIC_PROGRESS_FPS" 'BEGIN { s = fps + 0 > 0 ? 1 / fps : 60; printf "%.0f", s < 1 ? 1 : s }')
  [ ! -t 1 ] || [ "$watch_interval" -le 5 ] || watch_interval=5
}

# show_news: restic tells on stderr why it waits, for example for a server that does not answer.
show_news() {
  tail -n 1 "$work/$watch_name.err" 2>/dev/null >"$work/latest" || return 0
  [ -s "$work/latest" ] || return 0
  watch_latest=$(run_jq latest-message -Rrs "$work/latest" 2>/dev/null) || return 0
  if [ -n "$watch_latest" ] && [ "$watch_latest" != "$watch_news" ]; then
    watch_news=$watch_latest
    say "  restic: $watch_latest"
  fi
}

show_progress() {
  watch_line=
  if [ -z "$watch_blind" ]; then
    tail -n 1 "$work/$watch_name.out" 2>/dev/null >"$work/latest" || return 0
    watch_line=$(run_jq progress -Rrn "$work/latest" 2>/dev/null) || watch_line=
  fi
  say "  $watch_doing: ${watch_line:-still working} after $(count "$watch_waited" second seconds)"
}
