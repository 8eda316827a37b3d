# shellcheck shell=sh disable=SC2154,SC2034,SC2153 # variables that other files set or read
# Whether the snapshot holds what the guards demand, and something of each further path that holds files: it may be less
# than they saw, because the source changed, or because an exclude leaves it out.
# Inputs: BACKUP_MIN_FILES, BACKUP_MIN_BYTES, BACKUP_PATH, BACKUP_PATHS, $report_files, $report_bytes. Ends nothing.

# find_bad_contents CHANGED: not empty, if the source has changed meanwhile. Results: $contents_refusal, empty if all is
# well; $contents_unknown, yes where that could not be found out.
find_bad_contents() {
  contents_refusal='' contents_unknown='' contents_lost='' contents_files=$report_files contents_bytes=$report_bytes
  [ -z "${BACKUP_PATHS:-}" ] || count_paths "$1"
  if [ -n "$contents_unknown" ]; then
    return 0
  elif [ "$contents_files" -eq 0 ]; then
    contents_refusal="holds no file of $BACKUP_PATH: the source became empty, or everything in it is excluded"
  elif [ "$contents_files" -lt "$BACKUP_MIN_FILES" ]; then
    contents_refusal="holds $(count "$contents_files" file files) of $BACKUP_PATH, fewer than the $BACKUP_MIN_FILES of BACKUP_MIN_FILES"
  elif [ "$contents_bytes" -lt "$BACKUP_MIN_BYTES" ]; then
    contents_refusal="holds $(count "$contents_bytes" byte bytes) of $BACKUP_PATH, fewer than the $BACKUP_MIN_BYTES of BACKUP_MIN_BYTES"
  elif [ -n "$contents_lost" ]; then
    contents_refusal="holds no file of $contents_lost (BACKUP_PATHS), where there are some: everything in it is left out, by BACKUP_EXCLUDES for example, or cannot be read"
  fi
}

# count_paths CHANGED: restic counts all paths of a snapshot together. Where it took all files that were there before and
# after, each path holds what was seen. Results: those above, and $contents_lost, a further path that holds files, of which
# the snapshot holds none.
count_paths() {
  if [ -z "$1" ] && [ "$report_files" -eq "$source_all_files" ]; then
    contents_files=$source_files contents_bytes=$source_bytes
    return 0
  fi
  list_paths
  contents_unknown=yes
  ended contents 0 || return 0
  run_jq count-files -rn --arg path "$BACKUP_PATH" --arg further "$BACKUP_PATHS" "$work/contents.out" >"$work/counted" || return 0
  {
    read -r contents_files contents_bytes || return 0
    while IFS= read -r contents_path; do
      ! holds_files "$contents_path" || contents_lost=$contents_path
    done
  } <"$work/counted"
  contents_unknown=
}

# list_paths works under the lock, because an index that prune replaces meanwhile would look like damage.
list_paths() {
  contents_ifs=$IFS
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # split at line ends, on purpose
  set -- $BACKUP_PATH $BACKUP_PATHS
  set +f
  IFS=$contents_ifs
  restic_locked contents "listing the snapshot" --json ls "$report_snapshot" --recursive -- "$@"
}

# holds_files PATH: whether there is a file now, where backups look.
holds_files() {
  [ -n "$(find_in_source "$1" -type f -print -quit 2>/dev/null)" ]
}
