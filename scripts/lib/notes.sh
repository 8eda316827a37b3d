# shellcheck shell=sh disable=SC2154 # variables that other files set
# Notes, by which the repository itself remembers what must survive every pod. A note is a snapshot of one small file
# /restic-backup-KIND, which append-only servers take like any other. It is dated 1980 and bears a host name of its own,
# so that the `latest` of stock restic, with or without --host and --path, is never a note.
#   damaged     damage was found: retention and prune stop until it is cleared; its tag repository:ID says where, because
#               `restic copy` brings notes along
#   cleared     a human has cleared the damage notes that its tags clears:ID name
#   checked     check.sh has found one more part good; its tag run:N counts them, and whole:ID and unsure:ID say what it has
#               found in snapshots that were changed
#   unfinished  a backup was cut off, so that prune keeps what it has uploaded; its tags of-host:HOST and of-path:PATH say
#               which, unless only its lock was left to tell
#   unsettled   the run that wrote the snapshot of:ID failed before retention, and will be tried again. None is written by
#               a Job, whose snapshots bear a tag of-job:UID; those of earlier versions bear that tag for them
#   accepted    a human has accepted that the source shrank to the size of the snapshot of:ID
# An operator's restic gives snapshots other ids, so that there is a tag of:NAME for each name of snapshots.jq.
# When a note was written stands in its tag at:SECONDS.

# write_note_within SECONDS KIND TEXT TAG…: does not wait for the repository's lock. Leaves the run `note`.
write_note_within() {
  note_limit=$1
  shift
  write_note_by write_within_limit "$@"
}

write_within_limit() {
  run_restic note "$note_limit" "recording it in the repository" --retry-lock=0s "$@"
}

# write_note_by COMMAND KIND TEXT TAG…: gives restic's arguments to the command.
write_note_by() {
  note_command=$1 note_kind=$2 note_text=$3
  shift 3
  note_at=$(date +%s)
  for note_tag in "$@"; do
    shift
    case $note_tag in
      at:*) note_at=${note_tag#at:} ;;
      *) set -- "$@" --tag "$note_tag" ;;
    esac
  done
  # --force, because looking for a parent fails at a damaged snapshot.
  "$note_command" --json backup --force --host "restic-backup-$note_kind" \
    --time "1980-01-01 00:00:00" --tag "restic-backup-$note_kind" --tag "at:$note_at" "$@" \
    --stdin-filename "restic-backup-$note_kind" --stdin-from-command -- printf '%s\n' "$note_text"
}

# note_at_the_end KIND TEXT TAG…: takes a minute at most, and a signal does not reach it, because what it records would be
# lost with this process.
note_at_the_end() {
  note_went_on=$run_goes_on note_spared=$life_spared
  run_goes_on=yes life_spared=yes
  write_note_within 60 "$@"
  run_goes_on=$note_went_on life_spared=$note_spared
}

# note_unsettled: the run that has written this snapshot fails, and will be tried again.
note_unsettled() {
  note_of_snapshot unsettled "The run that wrote this snapshot failed before retention" note_at_the_end
}

# note_of_snapshot KIND TEXT COMMAND TAG…: gives the command what names the new snapshot, too.
note_of_snapshot() {
  note_kind=$1 note_text=$2 note_writer=$3
  shift 3
  for note_name in $snapshot_names; do set -- "$@" "of:$note_name"; done
  "$note_writer" "$note_kind" "$note_text" "$@"
}

# note_own_unfinished: what this run has uploaded belongs to no snapshot.
note_own_unfinished() {
  note_host=$(run_jq tag-word -rn --arg value "$BACKUP_HOST") || note_host=
  note_path=$(run_jq tag-word -rn --arg value "$BACKUP_PATH") || note_path=
  note_at_the_end unfinished "A backup was cut off" ${note_host:+"of-host:$note_host"} ${note_path:+"of-path:$note_path"}
}

# note_cut_off SECONDS: a backup gave its last sign of life then, which matters unless a complete snapshot is newer.
note_cut_off() {
  [ "$1" -ge "${list_newest_complete:-0}" ] || return 0
  say "A backup was cut off. Noting that in the repository, so that prune keeps what it has uploaded ..."
  note_at_the_end unfinished "A backup was cut off" "at:$1"
  ended note 0 ||
    warn "A backup was cut off at $(local_time "$1"), which could not be noted in the repository ($(print_cause note)). Do not prune before a backup has ended."
}
