# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What the repository holds: its snapshots, and the notes of these scripts, which are no snapshots for anybody.
# Inputs: BACKUP_HOST, BACKUP_PATH, $work. Results: $work/list.json, an array of all snapshots, oldest first, as
# snapshots.jq describes them, and the variables below.

# When damage was recorded, in seconds, empty if none is; and the ids of the notes that say so.
list_damaged_since=
list_damage_notes=
# When the first backup was cut off that is not made again, in seconds, empty if there is none; of which path and host, in
# words, empty if that is not known; and the short ids of the notes that say so. The ids of notes that are met.
list_unfinished_at=
list_unfinished_of=
list_unfinished_notes=
list_made_again=
# How many parts check.sh has found good; when the newest complete snapshot of this host and path was begun; how many
# snapshots there are.
list_checked_runs=0
list_newest_complete=
list_count=0
# How many of them are of this host and path.
list_mine_count=0

# read_list asks restic for the list, without a lock: reading needs none, and an operator in need should not wait for
# one. It leaves the run `list`, and results only where that ended with 0.
read_list() {
  list_snapshots
  ! ended list 0 || understand_list
}

# list_snapshots leaves the run `list` only.
list_snapshots() {
  run_restic list 0 "listing snapshots" --no-lock --json snapshots
  # Without a lock, others may remove what was just listed, so what is missing is looked for once more.
  if [ -s "$work/list.err" ] && ! ended list 10 && ! ended list 12; then
    run_restic list 0 "listing snapshots once more" --no-lock --json snapshots
  fi
}

understand_list() {
  take_list
  ! knows_repository_now || take_list
}

# knows_repository_now: damage may have been recorded in another repository, from which `restic copy` brought the note.
# Only where there is such a note, this costs one more opening.
knows_repository_now() {
  if [ -z "$list_damaged_since" ] || [ -n "$report_repository_id" ]; then
    return 1
  fi
  ask_repository_id
  [ -n "$report_repository_id" ]
}

# ask_repository_id: no answer is no failure, then the id stays unknown.
ask_repository_id() {
  [ -z "$report_repository_id" ] || return 0
  run_restic identity "$BACKUP_PROBE_TIMEOUT" "asking for the repository's id" --no-lock --no-cache cat config
  ! ended identity 0 || report_repository_id=$(run_jq field -r --arg name id "$work/identity.out") || report_repository_id=
}

take_list() {
  run_jq read-list -rn --arg host "$BACKUP_HOST" --arg path "${BACKUP_PATH:-}" --argjson now "$(date +%s)" \
    --arg repository "$report_repository_id" "$work/list.out" >"$work/listed" || end 1 "restic's list of snapshots could not be understood, so nothing is certain. Look at the lines above."
  {
    read -r list_damaged_since
    read -r list_damage_notes
    read -r list_checked_runs
    read -r list_unfinished_at
    IFS= read -r list_unfinished_of
    read -r list_unfinished_notes
    read -r list_made_again
    read -r list_newest_complete
    read -r list_count
    read -r list_mine_count
    cat >"$work/list.json"
  } <"$work/listed"
  require_room "listing snapshots"
}

# drop_notes KIND…: removes the notes of these kinds that were listed, as many as one command line surely holds.
drop_notes() {
  run_jq notes-of-kind -rn --arg kinds "$*" --argjson now "$(date +%s)" "$work/list.out" >"$work/notes"
  # shellcheck disable=SC2046 # ids
  remove_notes $(cat "$work/notes")
}

# remove_notes [ID…]: where they may not be removed, they are in nobody's way.
remove_notes() {
  [ $# -gt 0 ] || return 0
  remove_snapshots "removing older notes" "$@"
  [ -z "$list_not_removed" ] || say "Older notes could not be removed, which does no harm: $(print_cause remove)."
}

# remove_snapshots DOING ID…: where nothing may be removed, on append-only servers, restic before 0.19 ends with 0.
# Leaves the run `remove`. Results: $list_not_removed, not empty if any is left.
remove_snapshots() {
  list_doing=$1
  shift
  run_restic remove 0 "$list_doing" --retry-lock=0s forget "$@"
  list_not_removed=
  if ! ended remove 0 || grep -q "unable to remove" "$work/remove.err"; then
    list_not_removed=yes
  fi
}
