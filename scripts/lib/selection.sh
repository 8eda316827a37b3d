# shellcheck shell=sh disable=SC2154 # variables that other files set
# What goes into a snapshot, and how it is filed. Each variable may be empty.
#
# BACKUP_PATHS               further directories or files beside BACKUP_PATH, absolute, one a line
# BACKUP_EXCLUDES            patterns of restic that are left out, one a line
# BACKUP_EXCLUDE_IF_PRESENT  directories that hold a file of such a name are left out, one a line: NAME, or NAME:BEGINNING of
#                            what the file holds
# BACKUP_EXCLUDE_CACHES      yes: directories that hold a CACHEDIR.TAG are left out
# BACKUP_EXCLUDE_LARGER_THAN larger files are left out: a number with K, M, G or T, for example 2G
# BACKUP_TAGS                tags of the snapshot, one a line
# Exit codes: 64 bad settings · 65 one of BACKUP_PATHS is missing.

check_selection() {
  check_outside_restores BACKUP_PATH "${BACKUP_PATH:-}"
  for_each_line check_further_path "${BACKUP_PATHS:-}"
  for_each_line check_tag "${BACKUP_TAGS:-}"
  for_each_line check_tag_file "${BACKUP_EXCLUDE_IF_PRESENT:-}"
  check_switch BACKUP_EXCLUDE_CACHES "${BACKUP_EXCLUDE_CACHES:-}" yes
  case ${BACKUP_EXCLUDE_LARGER_THAN:-1} in
    *[1-9]*) ;;
    *) problem "BACKUP_EXCLUDE_LARGER_THAN: \"$BACKUP_EXCLUDE_LARGER_THAN\" would leave out every file that is not empty. Write a size as in 2G, or nothing." ;;
  esac
}

check_further_path() {
  check_directory BACKUP_PATHS "$1"
  [ "$1" != "${BACKUP_PATH:-}" ] || problem "BACKUP_PATHS: \"$1\" is BACKUP_PATH already. Remove it from BACKUP_PATHS."
  check_outside_restores BACKUP_PATHS "$1"
}

# check_outside_restores NAME PATH: what lies in RESTORE_PATH is left out, unless all of that is backed up too.
check_outside_restores() {
  case $2 in
    "${RESTORE_PATH:-//}"/*) ;;
    *) return 0 ;;
  esac
  case "
${BACKUP_PATH:-}
${BACKUP_PATHS:-}
" in
    *"
$RESTORE_PATH
"*) ;;
    *) problem "$1: \"$2\" lies in RESTORE_PATH, $RESTORE_PATH, where restore.sh puts files, and which is left out of backups. Restore to another directory." ;;
  esac
}

# check_tag_file NAME[:BEGINNING]: every directory holds what is called a dot.
check_tag_file() {
  check_name BACKUP_EXCLUDE_IF_PRESENT "${1%%:*}" "a file"
}

check_tag() {
  check_text BACKUP_TAGS "$1"
  case $1 in
    *,*) problem "BACKUP_TAGS: \"$1\" has a comma, at which restic would split it. Write one tag on each line." ;;
    [[:space:]]* | *[[:space:]]) problem "BACKUP_TAGS: \"$1\" has white space at an end, which restic takes off. Take it off here." ;;
    partial | repaired | restic-backup-* | clears:* | of:* | of-host:* | of-path:* | of-job:* | repository:* | run:* | at:* | whole:* | unsure:*)
      problem "BACKUP_TAGS: \"$1\" is a tag with a meaning of its own. Use another one."
      ;;
  esac
}

# require_further_paths: restic 0.18 and older say nothing about a path that is missing beside others.
require_further_paths() {
  for_each_line require_further_path "${BACKUP_PATHS:-}"
}

require_further_path() {
  [ ! -L "$1" ] || end 65 "$1 (BACKUP_PATHS) is a symbolic link, so nothing was backed up. Name what it points to."
  require_there "$1" " (BACKUP_PATHS)"
  require_readable "$1" " (BACKUP_PATHS)"
}

# back_up_selection NAME DOING OPTION…: `restic backup` of all that is selected.
back_up_selection() {
  selection_run=$1 selection_doing=$2
  shift 2
  selection_ifs=$IFS
  IFS='
'
  set -f
  for selection_line in $source_left_out ${BACKUP_EXCLUDES:-}; do set -- "$@" --exclude "$selection_line"; done
  for selection_line in ${BACKUP_EXCLUDE_IF_PRESENT:-}; do set -- "$@" --exclude-if-present "$selection_line"; done
  for selection_line in ${BACKUP_TAGS:-}; do set -- "$@" --tag "$selection_line"; done
  [ -z "${BACKUP_EXCLUDE_CACHES:-}" ] || set -- "$@" --exclude-caches
  [ -z "${BACKUP_EXCLUDE_LARGER_THAN:-}" ] || set -- "$@" --exclude-larger-than "$BACKUP_EXCLUDE_LARGER_THAN"
  set -- "$@" --
  for selection_line in $BACKUP_PATH ${BACKUP_PATHS:-}; do set -- "$@" "$selection_line"; done
  set +f
  IFS=$selection_ifs
  restic_locked "$selection_run" "$selection_doing" --json backup --host "$BACKUP_HOST" --group-by host,paths "$@"
}
