# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What is in the directories that are backed up, found out in one look at them. What is never backed up is not looked
# at: lost+found of a volume, where restore.sh puts files, and restic's cache.
# Inputs: BACKUP_PATH, BACKUP_PATHS, RESTORE_PATH, $places_cache, $places_left_out, $work. Results: those of find_restores and scan_source.
# Exit codes: 1 TMPDIR is full.

# Clocks of a file server and of a node differ; a file further in the future says nothing about when it was written.
source_clock_skew=300
source_set_aside='before-restore-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z'
source_staging='.restic-backup-restore.??????'

# find_restores: where restore.sh puts files is no source. If that is one of the sources itself, only what a restore has
# set aside there is left out. Results: $source_restores, a pattern of what is left out (empty if RESTORE_PATH does not
# lie in a source); $source_restore_path, RESTORE_PATH where all of it is left out; $source_left_out, all such patterns for
# restic, one on each line.
find_restores() {
  source_restores='' source_left_out=$places_left_out source_inside=
  for_each_line look_for_restores "$BACKUP_PATH
${BACKUP_PATHS:-}"
  [ -n "$source_restores" ] || source_restores=$source_inside
  source_restore_path=
  [ -z "$source_restores" ] || [ "$source_restores" != "$source_inside" ] || source_restore_path=$RESTORE_PATH
  [ -z "$source_restores" ] || source_left_out="$source_left_out$source_restores
"
}

look_for_restores() {
  source_pattern=$(print_literal "$1")
  source_left_out="$source_left_out$source_pattern/lost+found
$source_pattern/**/$source_staging
$source_pattern/$source_staging
"
  case ${RESTORE_PATH:-} in
    "$1") source_restores=$source_pattern/$source_set_aside ;;
    "$1"/?*) source_inside=$(print_literal "$RESTORE_PATH") ;;
  esac
}

# warn_of_set_aside: what a restore by hand has moved aside may be the only copy, so it is backed up.
warn_of_set_aside() {
  for_each_line look_for_set_aside "$BACKUP_PATH
${BACKUP_PATHS:-}"
}

look_for_set_aside() {
  [ "$source_restores" != "$(print_literal "$1")/$source_set_aside" ] || return 0
  for source_entry in "$1"/before-restore-????????T??????Z; do
    # shellcheck disable=SC2254 # a pattern
    case $source_entry in
      "$1"/$source_set_aside) warn "$source_entry, where a restore moved what was there before, is backed up too. Remove it when nobody needs it, because it takes room in each snapshot." ;;
    esac
  done
}

# scan_source [HOW]: `opening` also opens what not everybody may read, because only that shows whether it may be read:
# root is told yes by `test -r` where a file server refuses it.
# Results, of BACKUP_PATH:
#   $scan_time                     when it was looked at
#   $source_files, $source_bytes
#   $source_newest                 when its newest file was modified, at most a little in the future, or empty
#   $source_newest_name
#   $source_changed                when anything in it last changed, by any of its dates, which may be in the future
#   $source_files_mark             differs when a file in it has changed, come or gone
#   $work/newest-zip               the newest *.zip
#   $work/newest-zip-here          the newest one directly in it
# Results, of all paths:
#   $source_all_files
#   $source_mark                   differs when anything has changed, come or gone
#   $work/unfinished               a restore's directory that holds a part of the source
#   $source_unreadable             the first thing that cannot be read, whether restic leaves it out or not
scan_source() {
  scan_how=${1:-}
  scan_time=$(date +%s)
  require_room "looking at the source"
  true >"$work/newest-zip"
  true >"$work/newest-zip-here"
  true >"$work/unreadable"
  true >"$work/unfinished"
  {
    list_entries "$BACKUP_PATH"
    echo "//further"
    for_each_line list_entries "${BACKUP_PATHS:-}"
    echo "//end"
  } 2>"$work/scan-errors" |
    scan_root=$BACKUP_PATH LC_ALL=C awk -v now="$scan_time" -v skew="$source_clock_skew" -v zip_file="$work/newest-zip" \
      -v zip_file_here="$work/newest-zip-here" -f "$here/lib/scan-source.awk" >"$work/scan" 2>/dev/null || true >"$work/scan"
  scan_end=
  {
    read -r source_files
    read -r source_bytes
    read -r source_newest
    read -r source_changed
    read -r source_files_mark
    read -r source_all_files
    read -r source_mark
    IFS= read -r source_newest_name
    read -r scan_end
  } <"$work/scan" || :
  case $scan_end in
    end) ;;
    lost)
      if [ "$scan_plainly" = no ]; then
        scan_plainly=yes scan_file='%Y %s - - - - - - %Z //%n' scan_directory='d 0 - - - - - - %Z //'
        scan_source "$scan_how"
        return 0
      fi
      ;;
    *) end_tmpdir_full "looking at the source" ;;
  esac
  # What has gone meanwhile is no error: the mark shows it.
  source_unreadable=
  [ ! -s "$work/scan-errors" ] || source_unreadable=$(grep -v -i -m 1 "no such file" "$work/scan-errors") || :
  [ -n "$source_unreadable" ] || IFS= read -r source_unreadable <"$work/unreadable" || :
}

# busybox' stat ends at a time that no calendar has, and takes other files with it; so where anything went wrong, the
# source is looked at once more without dates.
scan_plainly=no
scan_file='%Y %s %y %z %Z //%n'
scan_directory='d 0 %z %z %Z //'

# list_entries PATH: a record for each file, and one for each directory, because a directory may be renamed while the
# files in it stay as they are. A path never holds //, after which it begins; it may hold line ends. busybox' find runs
# nothing with + within parentheses.
list_entries() {
  if [ -n "$scan_how" ]; then
    # shellcheck disable=SC2016 # for the shell that find runs, whose $0 is where it writes to
    find_in_source "$1" -type f -exec stat -c "$scan_file" {} + ! -perm -444 -exec sh -c '
        exec 2>/dev/null
        for entry; do
          true <"$entry" || { printf "%s\n" "$entry" >"$0"; exit; }
        done' "$work/unreadable" {} + -o -type d -exec stat -c "$scan_directory" {} + || echo "//lost"
  else
    find_in_source "$1" -type f -exec stat -c "$scan_file" {} + -o -type d -exec stat -c "$scan_directory" {} + || echo "//lost"
  fi
}

# find_in_source PATH TEST…: looks through what is backed up of that path.
find_in_source() {
  source_root=$1
  shift
  find "$source_root" -path "$(print_literal "$source_root")/lost+found" -prune -o -path "$source_restores" -prune \
    -o -path "$places_cache" -prune -o -name "$source_staging" -prune \
    -exec sh -c "$unfinished_program" "$work/unfinished" "" "$source_restore_path" {} + -o "$@"
}
