# shellcheck shell=sh disable=SC2154 # variables that other files set
# Waits until the source is written. Each is off when its variable is unset, empty or 0.
#
# BACKUP_SETTLE        seconds: as long as a file has changed within them, the source is still being written
# BACKUP_MARKER        name of a file in BACKUP_PATH that must be there, which the writer makes when all is written
# BACKUP_SETTLE_WAIT   seconds to wait for the two above (600); not less than BACKUP_SETTLE
# Exit codes: 64 bad settings · 75 still being written · 130 stopped by a signal.

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
  settle_ahead=''
  read_uptime
  settle_ahead_since=$settle_uptime
  settle_end=$((settle_uptime + BACKUP_SETTLE_WAIT))
  while :; do
    read_uptime
    find_unwritten
    [ -n "$settle_reason" ] || return 0
    read_uptime
    settle_left=$((settle_end - settle_uptime))
    [ "$settle_left" -gt 0 ] ||
      end 75 "$settle_reason: $BACKUP_PATH is still being written after $(count "$BACKUP_SETTLE_WAIT" second seconds), so nothing was backed up. The next try waits again."
    say "$settle_reason. Waiting ..."
    [ "$settle_retry_after" -le "$settle_left" ] || settle_retry_after=$settle_left
    pause "$settle_retry_after"
    stop_if_asked "Nothing was backed up."
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
  scan_source opening
  stop_if_asked "Nothing was backed up."
  [ "$BACKUP_SETTLE" -gt 0 ] || return 0
  if [ -n "$source_changed" ] && [ $((scan_time - source_changed)) -lt "$BACKUP_SETTLE" ]; then
    settle_reason="A file changed $(count $((scan_time - source_changed)) second seconds) ago"
    settle_retry_after=$((source_changed + BACKUP_SETTLE - scan_time))
  fi
  # A date in the future does not tell when the file changed; that it stays the same does.
  if [ "$source_ahead" != "$settle_ahead" ]; then
    settle_ahead=$source_ahead settle_ahead_since=$settle_uptime
  fi
  settle_watched=$((settle_uptime - settle_ahead_since))
  if [ -n "$source_ahead" ] && [ "$settle_watched" -lt "$BACKUP_SETTLE" ]; then
    settle_reason="$(count "${source_ahead%%:*}" "file is" "files are") dated in the future, and watched for $(count "$settle_watched" second seconds)"
    settle_retry_after=$((BACKUP_SETTLE - settle_watched))
  fi
}
