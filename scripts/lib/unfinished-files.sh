# shellcheck shell=sh disable=SC2154 # variables that other files set
# What a restic that was killed leaves in a local repository: files with a name of their own, of which no restic knows.
# https://github.com/restic/restic/issues/4372
# Inputs: RESTIC_REPOSITORY. Ends nothing.

# warn_of_unfinished_files: check.sh repairs nothing.
warn_of_unfinished_files() {
  list_unfinished_files
  [ "$unfinished_count" -gt 0 ] || return 0
  say "The repository holds $(count "$unfinished_count" "unfinished file" "unfinished files"), $(human_bytes "$unfinished_bytes"). A restic that was killed has left them, unless a backup is running now. The next prune removes them."
}

# remove_unfinished_files removes those that were listed before: prune had the repository for itself since, so whoever was
# writing them is dead. Their names hold a random number, so that no living restic writes to one of them.
remove_unfinished_files() {
  [ "$unfinished_count" -gt 0 ] || return 0
  while read -r _ unfinished_file; do
    rm -f "$unfinished_root/$unfinished_file" || say "$unfinished_root/$unfinished_file could not be removed."
  done <"$work/unfinished"
  say "Removed $(count "$unfinished_count" "unfinished file" "unfinished files") that a restic that was killed has left."
}

# list_unfinished_files: restic names them as the file that they would become, and a number. Results: $work/unfinished (size
# and name of each), $unfinished_count, $unfinished_bytes, $unfinished_root.
list_unfinished_files() {
  unfinished_count=0
  case $RESTIC_REPOSITORY in
    local:*) unfinished_root=${RESTIC_REPOSITORY#local:} ;;
    /*) unfinished_root=$RESTIC_REPOSITORY ;;
    *) return 0 ;;
  esac
  (cd "$unfinished_root" && find config-tmp-* data index snapshots keys locks -type f -name '*-tmp-*[0-9]' \
    -exec stat -c '%s %n' {} +) >"$work/unfinished" 2>/dev/null || :
  awk '{ sum += $1 } END { printf "%d %.0f\n", NR, sum }' "$work/unfinished" >"$work/unfinished-sums"
  read -r unfinished_count unfinished_bytes <"$work/unfinished-sums"
}
