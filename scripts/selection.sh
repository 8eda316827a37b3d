# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# What goes into a snapshot, and how it is filed. Each variable may be empty.
#
# BACKUP_PATHS               further folders or files beside BACKUP_PATH, absolute, one a line
# BACKUP_EXCLUDES            patterns of restic that are left out, one a line
# BACKUP_EXCLUDE_IF_PRESENT  folders that hold a file of such a name are left out, one a line
# BACKUP_EXCLUDE_CACHES      yes: folders that hold a CACHEDIR.TAG are left out
# BACKUP_EXCLUDE_LARGER_THAN larger files are left out: a number with K, M, G or T, such as 2G
# BACKUP_TAGS                tags of the snapshot, one a line
# Exit codes: 64 bad settings · 65 one of BACKUP_PATHS is missing.

check_selection() {
  each_line check_further_path "${BACKUP_PATHS:-}"
  each_line check_tag "${BACKUP_TAGS:-}"
  check_switch BACKUP_EXCLUDE_CACHES "${BACKUP_EXCLUDE_CACHES:-}"
  [ -z "${BACKUP_EXCLUDE_LARGER_THAN:=}" ] || check_size BACKUP_EXCLUDE_LARGER_THAN "$BACKUP_EXCLUDE_LARGER_THAN"
}

check_further_path() {
  check_folder BACKUP_PATHS "$1"
  [ "$1" != "${BACKUP_PATH:-}" ] || problem "BACKUP_PATHS: \"$1\" is BACKUP_PATH already."
}

check_tag() {
  case $1 in
    *,*) problem "BACKUP_TAGS: \"$1\" has a comma, at which restic would split it: write one tag on each line." ;;
    partial | restic-backup-*) problem "BACKUP_TAGS: \"$1\" is a tag of these scripts' own: use another one." ;;
  esac
}

# restic 0.18 and older say nothing about a path that is missing beside others.
require_further_paths() {
  each_line require_further_path "${BACKUP_PATHS:-}"
}

require_further_path() {
  [ ! -L "$1" ] || end 65 "$1 (BACKUP_PATHS) is a symbolic link: name what it points to. Nothing was backed up."
  [ -e "$1" ] || end 65 "$1 (BACKUP_PATHS) does not exist, so nothing was backed up: check its volume and the path."
}

# restic_backup DOING OPTION…: `restic backup` of all that is selected.
restic_backup() {
  backup_doing=$1
  shift
  old_ifs=$IFS
  IFS='
'
  set -f
  for line in $BACKUP_PATH ${BACKUP_PATHS:-}; do set -- "$@" --exclude "$(literal "$line")/lost+found"; done
  for line in ${BACKUP_EXCLUDES:-}; do set -- "$@" --exclude "$line"; done
  for line in ${BACKUP_EXCLUDE_IF_PRESENT:-}; do set -- "$@" --exclude-if-present "$line"; done
  for line in ${BACKUP_TAGS:-}; do set -- "$@" --tag "$line"; done
  [ -z "${BACKUP_EXCLUDE_CACHES:-}" ] || set -- "$@" --exclude-caches
  [ -z "$BACKUP_EXCLUDE_LARGER_THAN" ] || set -- "$@" --exclude-larger-than "$BACKUP_EXCLUDE_LARGER_THAN"
  [ -z "$unreadable" ] || set -- "$@" --tag partial
  set -- "$@" --
  for line in $BACKUP_PATH ${BACKUP_PATHS:-}; do set -- "$@" "$line"; done
  set +f
  IFS=$old_ifs
  restic_locked "$backup_doing" --json backup --host "$BACKUP_HOST" --group-by host,paths "$@"
}

# each_line FUNCTION LINES: calls it with each line that is not empty.
each_line() {
  while IFS= read -r line; do
    [ -z "$line" ] || "$1" "$line"
  done <<LINES
$2
LINES
}
