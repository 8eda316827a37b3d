# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Guards on the source: what is not certainly a good export is not backed up as if it were one. Each is off when its
# variable is unset, empty or 0. They look at BACKUP_PATH, not at BACKUP_PATHS; files that restic leaves out count too.
#
# BACKUP_SOURCE_MOUNT  a path at or above BACKUP_PATH where a volume must be mounted that is not empty
# BACKUP_MIN_FILES     at least so many files
# BACKUP_MIN_BYTES     at least so many bytes
# BACKUP_MAX_AGE       seconds: the newest file must not be older
# See also zip.sh; settle.sh, which waits; and retention.sh for BACKUP_MAX_SHRINK.
# Exit codes: 64 bad settings · 65 a guard refuses the source.

check_guards() {
  check_number BACKUP_MIN_FILES "${BACKUP_MIN_FILES:=0}" files
  check_number BACKUP_MIN_BYTES "${BACKUP_MIN_BYTES:=0}" bytes
  check_number BACKUP_MAX_AGE "${BACKUP_MAX_AGE:=0}" seconds
  [ -n "${BACKUP_SOURCE_MOUNT:-}" ] || return 0
  check_directory BACKUP_SOURCE_MOUNT "$BACKUP_SOURCE_MOUNT"
  case ${BACKUP_PATH:-}/ in
    "$BACKUP_SOURCE_MOUNT"/*) ;;
    *) problem "BACKUP_SOURCE_MOUNT: BACKUP_PATH is not in $BACKUP_SOURCE_MOUNT. Name the mount point of its volume." ;;
  esac
}

require_source_mount() {
  [ -n "${BACKUP_SOURCE_MOUNT:-}" ] || return 0
  is_mount_point "$BACKUP_SOURCE_MOUNT" ||
    end 65 "No volume is mounted at $BACKUP_SOURCE_MOUNT, so nothing was backed up. Check the claim of the source."
  require_readable "$BACKUP_SOURCE_MOUNT"
  for guards_entry in "$BACKUP_SOURCE_MOUNT"/..?* "$BACKUP_SOURCE_MOUNT"/.[!.]* "$BACKUP_SOURCE_MOUNT"/*; do
    case $guards_entry in
      */lost+found) ;;
      *) if [ -e "$guards_entry" ] || [ -L "$guards_entry" ]; then return 0; fi ;;
    esac
  done
  end 65 "The volume at $BACKUP_SOURCE_MOUNT is empty, so nothing was backed up. Check that it is the right one."
}

require_source() {
  # restic stores a link as a link, without what it points to.
  [ ! -L "$BACKUP_PATH" ] || end 65 "$BACKUP_PATH is a symbolic link, so nothing was backed up. Set BACKUP_PATH to the directory itself."
  require_there "$BACKUP_PATH"
  [ -d "$BACKUP_PATH" ] || end 65 "$BACKUP_PATH is not a directory, so nothing was backed up. Set BACKUP_PATH to one."
  require_readable "$BACKUP_PATH"
}

# require_there PATH [ROLE]: what stands above it may be closed to this user, so that it only seems not to exist.
require_there() {
  [ ! -e "$1" ] || return 0
  ! stat "$1" >/dev/null 2>"$work/stat-error" || return 0
  grep -qi "no such file\|not a directory" "$work/stat-error" || end_unreadable "$@"
  end 65 "$1${2:-} does not exist, so nothing was backed up. Check its volume and the path."
}

# require_readable PATH [ROLE]: only opening shows it, because root is told yes where a file server refuses it.
require_readable() {
  [ -d "$1" ] || [ -f "$1" ] || return 0
  { true <"$1"; } 2>/dev/null || end_unreadable "$@"
  [ ! -d "$1" ] || (cd "$1") 2>/dev/null || end_unreadable "$@"
}

end_unreadable() {
  end 65 "$1${2:-} cannot be read by user $(id -u), so nothing was backed up. Run as a user who may read it: a file server may refuse root."
}

# guard_source looks at what scan_source found.
guard_source() {
  [ "$source_files" -gt 0 ] ||
    refuse_source "There is no file in $BACKUP_PATH" "See why no export was written."
  [ "$source_files" -ge "$BACKUP_MIN_FILES" ] ||
    refuse_source "$BACKUP_PATH holds $(count "$source_files" file files), fewer than the $BACKUP_MIN_FILES of BACKUP_MIN_FILES" "See what is missing."
  [ "$source_bytes" -ge "$BACKUP_MIN_BYTES" ] ||
    refuse_source "$BACKUP_PATH holds $(count "$source_bytes" byte bytes), fewer than the $BACKUP_MIN_BYTES of BACKUP_MIN_BYTES" "See what is missing."
  [ "$BACKUP_MAX_AGE" -eq 0 ] || require_fresh
}

# refuse_source WHAT ADVICE: where a part of the source cannot be read, that is the reason.
refuse_source() {
  [ -z "$source_unreadable" ] ||
    end 65 "$1 that can be read by user $(id -u) ($source_unreadable): nothing was backed up, and older snapshots stay as they are. Run as a user who may read all of it: a file server may refuse root."
  end 65 "$1: nothing was backed up, and older snapshots stay as they are. $2"
}

# require_fresh: a file whose date is in the future would look fresh for ever.
require_fresh() {
  [ -n "$source_newest" ] ||
    refuse_source "All files in $BACKUP_PATH are dated in the future, so their age is not known" "The clock here shows $(local_time "$scan_time"): correct it if it is behind, or else the one that dated the files."
  guards_age=$((scan_time - source_newest))
  [ "$guards_age" -le "$BACKUP_MAX_AGE" ] ||
    refuse_source "The newest file in $BACKUP_PATH, $source_newest_name, is $(count "$guards_age" second seconds) old, more than the $BACKUP_MAX_AGE of BACKUP_MAX_AGE" "See why no new export was written, or whether the clock here, which shows $(local_time "$scan_time"), is ahead."
}
