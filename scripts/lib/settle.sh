# shellcheck shell=sh disable=SC2154 # variables that other files set
# Waits until the source is written. Each is off when its variable is unset, empty or 0.
#
# BACKUP_SETTLE        seconds: as long as a file has changed within them, the source is still being written
# BACKUP_MARKER        name of a file in BACKUP_PATH that must be there, and not be older than any other there, which the
#                      writer makes when all is written
# BACKUP_SETTLE_WAIT   seconds to wait for the two above (600); not less than BACKUP_SETTLE
# Exit codes: 64 bad settings · 75 still being written · 130 stopped by a signal, and those of unfinished-restores.sh.

# Seconds: what has changed within them, by whatever clock, is watched; what has not costs no wait.
settle_recent=86400

check_settle() {
  check_number BACKUP_SETTLE "${BACKUP_SETTLE:=0}" seconds
  check_number BACKUP_SETTLE_WAIT "${BACKUP_SETTLE_WAIT:=600}" seconds
  if [ "$BACKUP_SETTLE" -gt "$BACKUP_SETTLE_WAIT" ] 2>/dev/null; then
    problem "BACKUP_SETTLE_WAIT: $BACKUP_SETTLE_WAIT is less than BACKUP_SETTLE, $BACKUP_SETTLE, so no file could settle within it. Raise it."
  fi
  [ -z "${BACKUP_MARKER:-}" ] || check_name BACKUP_MARKER "$BACKUP_MARKER" "a file in BACKUP_PATH"
}

# wait_until_written leaves the results of scan_source. It goes by the time since the system was started, because a
# clock may be set meanwhile.
wait_until_written() {
  settle_mark='' settle_since=''
  find_unwritten
  read_uptime
  settle_end=$((${settle_since:-$settle_uptime} + BACKUP_SETTLE_WAIT))
  while [ -n "$settle_reason" ]; do
    read_uptime
    settle_left=$((settle_end - settle_uptime))
    [ "$settle_left" -gt 0 ] ||
      end 75 "$settle_reason: $BACKUP_PATH counts as still being written after $(count "$BACKUP_SETTLE_WAIT" second seconds), so nothing was backed up. The next try waits again."
    say "$settle_reason. Waiting ..."
    [ "$settle_retry_after" -le "$settle_left" ] || settle_retry_after=$settle_left
    pause "$settle_retry_after"
    stop_if_asked "Nothing was backed up."
    find_unwritten
  done
}

# read_uptime. Results: $settle_uptime, in whole seconds.
read_uptime() {
  read -r settle_uptime _ </proc/uptime
  settle_uptime=${settle_uptime%.*}
}

# find_unwritten. Results: $settle_reason, why the source is not complete yet, empty if it is; $settle_retry_after, when
# to look again.
find_unwritten() {
  settle_reason='' settle_retry_after=5
  if [ -n "${BACKUP_MARKER:-}" ] && [ ! -e "$BACKUP_PATH/$BACKUP_MARKER" ]; then
    settle_reason="The marker $BACKUP_MARKER is not there"
    return 0
  fi
  read_uptime
  settle_look=$settle_uptime
  scan_source opening
  stop_if_asked "Nothing was backed up."
  refuse_unfinished
  [ "$BACKUP_SETTLE" -eq 0 ] || watch_source
  [ -z "${BACKUP_MARKER:-}" ] || look_at_marker
}

# watch_source: what changed lately is at rest when two looks that are BACKUP_SETTLE seconds apart show the same, and not
# when its dates say so: a file server has a clock of its own, and what is copied or unpacked gets the dates of old.
watch_source() {
  if [ -z "$settle_mark" ]; then
    if [ -z "$source_changed" ] || [ $((scan_time - source_changed)) -gt "$settle_recent" ]; then
      return 0
    fi
    settle_reason="Something changed within the last day"
    [ "$source_changed" -le "$scan_time" ] || settle_reason="Something is dated in the future"
    settle_reason="$settle_reason, so $BACKUP_PATH is watched for $(count "$BACKUP_SETTLE" second seconds)"
  elif [ "$source_files_mark" != "$settle_mark" ]; then
    settle_reason="Files changed while they were watched"
  elif [ $((settle_look - settle_since)) -lt "$BACKUP_SETTLE" ]; then
    settle_reason="Files were watched for only $(count $((settle_look - settle_since)) second seconds)"
  fi
  read_uptime
  # The second that has begun does not count.
  [ "$source_files_mark" = "$settle_mark" ] || settle_since=$((settle_uptime + 1))
  settle_mark=$source_files_mark
  settle_retry_after=$((settle_since + BACKUP_SETTLE - settle_uptime))
}

# look_at_marker: a marker that was there before is no sign of what was written since. Both dates are of one clock.
look_at_marker() {
  settle_marked=$(stat -L -c %Y "$BACKUP_PATH/$BACKUP_MARKER" 2>/dev/null) || settle_marked=0
  if [ "${source_newest:-0}" -gt "$settle_marked" ]; then
    settle_reason="The marker $BACKUP_MARKER is older than $source_newest_name"
    settle_retry_after=5
  fi
}
