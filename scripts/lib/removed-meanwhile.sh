# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What looks like damage may be that somebody else has removed the snapshot, and pruned, while it was restored.
# Exit codes: 1.

# end_if_removed NAME WHAT: for a run that failed, or saw damage. Where the list cannot be read, the snapshot counts as
# there.
end_if_removed() {
  if ended "$1" 0 && ! saw_damage "$1"; then
    return 0
  fi
  say "Looking whether snapshot $chosen_short is still in the repository ..."
  read_list
  ended list 0 && [ ! -s "$work/list.err" ] || return 0
  removed_still_there=$(run_jq snapshot-is-listed -r --arg id "$report_snapshot" "$work/list.json")
  if [ "$removed_still_there" = no ]; then
    report_snapshot=
    end 1 "$2: somebody has removed snapshot $chosen_short from the repository meanwhile. That is no damage, and none was recorded. Choose another one of restore.sh --list."
  fi
}
