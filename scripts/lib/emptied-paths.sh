# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Refuses a further path that holds no file now, though the last complete snapshot holds files of it, as where its volume
# is not mounted: the rest may be large enough to hide that. Only where a further path is empty, this costs two openings of
# the repository, and more for each such path.
# Inputs: BACKUP_PATHS, BACKUP_HOST, BACKUP_MAX_SHRINK (0 is off), $shrink_accepted.
# Results: $snapshot_damage, the run in which damage was seen: a backup is written all the same.
# Exit codes: 65 it became empty; those of fail.

guard_further_paths() {
  [ "$BACKUP_MAX_SHRINK" -gt 0 ] || return 0
  emptied_listed=
  for_each_line guard_further_path "${BACKUP_PATHS:-}"
}

guard_further_path() {
  ! holds_files "$1" || return 0
  if [ -n "$shrink_accepted" ]; then
    say "$1 (BACKUP_PATHS) holds no file, which is accepted."
    return 0
  fi
  say "$1 (BACKUP_PATHS) holds no file. Looking whether it held any when it was backed up last ..."
  emptied_unknown="Nothing was backed up, because $1 (BACKUP_PATHS) holds no file, and whether it held any before could not be found out"
  find_last_with "$1"
  [ -n "$emptied_last" ] || return 0
  # Under the lock, because an index that prune replaces meanwhile would look like damage.
  restic_locked emptied "listing the snapshot" --json ls "$emptied_last" --recursive -- "$1"
  if ! ended emptied 0; then
    saw_damage emptied || fail emptied "$emptied_unknown"
    snapshot_damage=emptied
    return 0
  fi
  emptied_files=
  if run_jq count-files -rn --arg path "$1" --arg further "" "$work/emptied.out" >"$work/counted"; then
    read -r emptied_files _ <"$work/counted" || :
  fi
  require_room "listing the snapshot"
  [ -n "$emptied_files" ] || end 1 "$emptied_unknown."
  [ "$emptied_files" -eq 0 ] ||
    refuse_source "Snapshot $(printf '%.8s' "$emptied_last") holds $(count "$emptied_files" file files) of $1 (BACKUP_PATHS), where there is none now" "Check that its volume is mounted, and what writes there. If it is meant to be empty, accept that: backup.sh --accept-shrink."
}

# find_last_with PATH. Results: $emptied_last, the id of the newest complete snapshot of this host with BACKUP_PATH and this
# path; empty if there is none, or if the repository is damaged, which ends the command when the backup is written.
find_last_with() {
  emptied_last=
  if [ -z "$emptied_listed" ]; then
    read_list
    ended list 0 || saw_damage list || fail list "$emptied_unknown"
    emptied_listed=yes
  fi
  ended list 0 || return 0
  emptied_last=$(run_jq last-with -r --arg further "$1" "$work/list.json") || end 1 "$emptied_unknown."
}
