# shellcheck shell=sh disable=SC2154,SC2034 # variables that lib.sh and the commands set
# Guards on the source: what is not certainly a good export is not backed up as if it were one. Each is off when its
# variable is unset, empty or 0. They look at BACKUP_PATH, not at BACKUP_PATHS; files that restic leaves out count too.
#
# BACKUP_SOURCE_MOUNT  a path at or above BACKUP_PATH where a volume must be mounted that is not empty
# BACKUP_MIN_FILES     at least so many files
# BACKUP_MIN_BYTES     at least so many bytes
# BACKUP_MAX_AGE       seconds: the newest file must not be older
# BACKUP_SETTLE        seconds: as long as a file has changed within them, the source is still being written
# BACKUP_MARKER        name of a file in BACKUP_PATH that must be there, which the writer makes when all is written
# BACKUP_SETTLE_WAIT   seconds to wait for the two above (600); not less than BACKUP_SETTLE
# BACKUP_CHECK_ZIP     yes: the newest *.zip must be whole
# BACKUP_MAX_SHRINK    percent: see retention.sh
# Exit codes: 64 bad settings · 65 a guard refuses the source · 75 still being written.

check_guards() {
  check_number BACKUP_MIN_FILES "${BACKUP_MIN_FILES:=0}" files
  check_number BACKUP_MIN_BYTES "${BACKUP_MIN_BYTES:=0}" bytes
  check_number BACKUP_MAX_AGE "${BACKUP_MAX_AGE:=0}" seconds
  check_number BACKUP_SETTLE "${BACKUP_SETTLE:=0}" seconds
  check_number BACKUP_SETTLE_WAIT "${BACKUP_SETTLE_WAIT:=600}" seconds
  check_number BACKUP_MAX_SHRINK "${BACKUP_MAX_SHRINK:=0}" percent
  [ -n "$settings_problems" ] || check_ranges
  check_switch BACKUP_CHECK_ZIP "${BACKUP_CHECK_ZIP:=}"
  case ${BACKUP_MARKER:-} in
    /* | ../* | */../* | */.. | ..) problem "BACKUP_MARKER: \"$BACKUP_MARKER\" is not the name of a file in BACKUP_PATH." ;;
  esac
  [ -n "${BACKUP_SOURCE_MOUNT:-}" ] || return 0
  check_folder BACKUP_SOURCE_MOUNT "$BACKUP_SOURCE_MOUNT"
  case ${BACKUP_PATH:-}/ in
    "$BACKUP_SOURCE_MOUNT"/*) ;;
    *) problem "BACKUP_SOURCE_MOUNT: BACKUP_PATH is not in $BACKUP_SOURCE_MOUNT." ;;
  esac
}

check_ranges() {
  [ "$BACKUP_SETTLE" -le "$BACKUP_SETTLE_WAIT" ] ||
    problem "BACKUP_SETTLE_WAIT: $BACKUP_SETTLE_WAIT is less than BACKUP_SETTLE, $BACKUP_SETTLE: no file could settle within it."
  [ "$BACKUP_MAX_SHRINK" -lt 100 ] || problem "BACKUP_MAX_SHRINK: $BACKUP_MAX_SHRINK percent can never be exceeded; use 1 to 99."
}

require_source_mount() {
  [ -n "${BACKUP_SOURCE_MOUNT:-}" ] || return 0
  is_mount_point "$BACKUP_SOURCE_MOUNT" ||
    end 65 "No volume is mounted at $BACKUP_SOURCE_MOUNT, so nothing was backed up: check the claim of the source."
  for entry in "$BACKUP_SOURCE_MOUNT"/..?* "$BACKUP_SOURCE_MOUNT"/.[!.]* "$BACKUP_SOURCE_MOUNT"/*; do
    case $entry in
      */lost+found) ;;
      *) if [ -e "$entry" ] || [ -L "$entry" ]; then return 0; fi ;;
    esac
  done
  end 65 "The volume at $BACKUP_SOURCE_MOUNT is empty, so nothing was backed up: is it the right one?"
}

guard_source() {
  wait_until_written
  case $BACKUP_MIN_FILES:$BACKUP_MIN_BYTES:$BACKUP_MAX_AGE:$BACKUP_CHECK_ZIP in
    0:0:0:) return 0 ;;
  esac
  scan_source
  [ "$source_files" -ge "$BACKUP_MIN_FILES" ] ||
    end 65 "$BACKUP_PATH holds $source_files files, fewer than the $BACKUP_MIN_FILES of BACKUP_MIN_FILES: nothing was backed up."
  [ "$source_bytes" -ge "$BACKUP_MIN_BYTES" ] ||
    end 65 "$BACKUP_PATH holds $source_bytes bytes, fewer than the $BACKUP_MIN_BYTES of BACKUP_MIN_BYTES: nothing was backed up."
  [ "$BACKUP_MAX_AGE" -eq 0 ] || require_fresh
  [ -z "$BACKUP_CHECK_ZIP" ] || require_whole_zip
}

# A file of a date to come would look fresh for ever.
require_fresh() {
  [ -n "$newest" ] || end 65 "All files in $BACKUP_PATH are of a date to come, so that their age is unknown: correct the clock that wrote them."
  age=$((scan_time - newest))
  [ "$age" -le "$BACKUP_MAX_AGE" ] ||
    end 65 "The newest file in $BACKUP_PATH, $newest_name, is $age seconds old, more than the $BACKUP_MAX_AGE of BACKUP_MAX_AGE: nothing was backed up. See why no new export was written."
}

wait_until_written() {
  [ "$BACKUP_SETTLE" -gt 0 ] || [ -n "${BACKUP_MARKER:-}" ] || return 0
  wait_end=$(($(date +%s) + BACKUP_SETTLE_WAIT))
  known_ahead='' known_since=0
  while :; do
    find_unwritten
    [ -n "$unwritten" ] || return 0
    left=$((wait_end - $(date +%s)))
    [ "$left" -gt 0 ] || end 75 "$unwritten: $BACKUP_PATH is still being written after $BACKUP_SETTLE_WAIT seconds, so nothing was backed up."
    say "$unwritten. Waiting ..."
    [ "$retry_after" -le "$left" ] || retry_after=$left
    pause "$retry_after"
    stop_if_asked "Nothing was backed up."
  done
}

# Why the source is not complete yet: $unwritten, empty if it is; and when to look again.
find_unwritten() {
  unwritten='' retry_after=5
  if [ -n "${BACKUP_MARKER:-}" ] && [ ! -e "$BACKUP_PATH/$BACKUP_MARKER" ]; then
    unwritten="The marker $BACKUP_MARKER is not there"
    return 0
  fi
  [ "$BACKUP_SETTLE" -gt 0 ] || return 0
  scan_source
  if [ -n "$changed" ] && [ $((scan_time - changed)) -lt "$BACKUP_SETTLE" ]; then
    unwritten="A file changed $((scan_time - changed)) seconds ago"
    retry_after=$((changed + BACKUP_SETTLE - scan_time))
  fi
  # The date of a file to come does not tell when it changed; that it stays the same does.
  if [ "$ahead" != "$known_ahead" ]; then
    known_ahead=$ahead known_since=$scan_time
  fi
  if [ -n "$ahead" ] && [ $((scan_time - known_since)) -lt "$BACKUP_SETTLE" ]; then
    unwritten="${ahead%%:*} files are of a date to come, and have been watched for $((scan_time - known_since)) seconds"
    retry_after=$((known_since + BACKUP_SETTLE - scan_time))
  fi
}

# The source may have changed after the guards looked, and restic leaves out what BACKUP_EXCLUDES says.
guard_snapshot() {
  [ "$report_files" -gt 0 ] || end 65 "Snapshot $short_id holds no file: the source became empty. Retention was skipped."
  [ "$report_files" -ge "$BACKUP_MIN_FILES" ] ||
    end 65 "Snapshot $short_id holds $report_files files, fewer than the $BACKUP_MIN_FILES of BACKUP_MIN_FILES. Retention was skipped."
  [ "$report_bytes" -ge "$BACKUP_MIN_BYTES" ] ||
    end 65 "Snapshot $short_id holds $report_bytes bytes, fewer than the $BACKUP_MIN_BYTES of BACKUP_MIN_BYTES. Retention was skipped."
}

# busybox can test no encrypted zip, as an example; what it cannot test is said, and not taken for broken.
require_whole_zip() {
  zip=$(cat "$work/newest-zip")
  [ -n "$zip" ] || end 65 "There is no *.zip in $BACKUP_PATH to check (BACKUP_CHECK_ZIP): nothing was backed up."
  say "Testing $zip ..."
  unzip -t "$zip" </dev/null >"$work/zip" 2>&1 &
  child=$!
  [ -z "$signal" ] || pass_signal_on
  wait_for_child
  stop_if_asked "Nothing was backed up."
  if [ "$status" -eq 0 ]; then
    unzip -l "$zip" </dev/null >"$work/zip" 2>&1 || :
    case $(tail -n 1 "$work/zip") in
      *" 0 files") end 65 "$zip holds no file, so nothing was backed up: see why the export did not end well." ;;
    esac
    return 0
  fi
  why=$(tail -n 1 "$work/zip")
  case $why in
    *"not supported"*) warn "$zip could not be tested: $why." ;;
    *) end 65 "$zip is broken ($why), so nothing was backed up: see why the export did not end well." ;;
  esac
}
