# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Whether a repair took something out of a snapshot and left no tag that says so: retention would count it for a night,
# and remove one that is whole. Inputs: $work/list.json. Exit codes: 1 what is altered is not marked, and those of fail.

# mark_altered WHAT: gives snapshots that hold less than when they were made the tag `repaired`, which they would have if
# the repair had left the old ones in place: retention keeps such ones beside whole ones, where it would remove partial
# ones. WHAT is what is not done where that fails.
mark_altered() {
  run_jq suspects -r "$work/list.json" >"$work/suspects"
  altered_ids='' altered_count=0
  while read -r altered_id altered_files altered_bytes; do
    count_altered "$1"
  done <"$work/suspects"
  [ -n "$altered_ids" ] || return 0
  # shellcheck disable=SC2086 # ids
  restic_locked tag "marking snapshots" tag --add repaired $altered_ids
  require_list "$1"
  # restic ends with 0 even where it changed nothing.
  run_jq suspects -r "$work/list.json" >"$work/suspects"
  for altered_id in $altered_ids; do
    ! grep -q "^$altered_id" "$work/suspects" ||
      end 1 "$1: snapshot $altered_id holds less than when it was made, and could not be marked: $(print_cause tag). Mark it where that is allowed, for example at the server: restic tag --add repaired $altered_id"
  done
  warn "$(count "$altered_count" "snapshot holds" "snapshots hold") less than when made. The tag repaired says so now, and restore.sh passes over what bears it."
}

# count_altered WHAT: all is listed under the lock, because an index that prune replaces meanwhile would look like damage.
count_altered() {
  altered_short=$(printf '%.8s' "$altered_id")
  if [ -z "$altered_bytes" ]; then
    warn "Snapshot $altered_short was changed after it was made, and does not say what it held then. If a repair has taken something out, mark it: restic tag --add repaired $altered_short"
    return 0
  fi
  say "Looking at what snapshot $altered_short holds ..."
  restic_locked contents "listing the snapshot" --json ls "$altered_id"
  ended contents 0 || fail contents "$1, because what snapshot $altered_short holds could not be listed"
  require_clean contents "$1, because the list of what snapshot $altered_short holds is not complete"
  require_room "listing the snapshot"
  run_jq count-files -rn --arg path "" --arg further "" "$work/contents.out" >"$work/counted"
  read -r altered_files_now altered_bytes_now <"$work/counted"
  if [ "$altered_files_now" -lt "$altered_files" ] || [ "$altered_bytes_now" -lt "$altered_bytes" ]; then
    say "Snapshot $altered_short holds $(count "$altered_files_now" file files), $(human_bytes "$altered_bytes_now"), and held $(count "$altered_files" file files), $(human_bytes "$altered_bytes") when it was made."
    altered_ids="$altered_ids $altered_id" altered_count=$((altered_count + 1))
  fi
}
