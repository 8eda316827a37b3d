# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set
# Writes the snapshot, and reads what restic says that it holds.
# Results: $report_snapshot and $snapshot_short, its id; $snapshot_names, by what notes name it, see `names` in
#   snapshots.jq; $report_files, $report_bytes, $report_bytes_added,
#   $snapshot_contents, what it holds; $snapshot_partial, yes where it bears that tag; $snapshot_job, the Job that its tag
#   of-job:UID names; $snapshot_damage, the run in which damage was seen before it was written; and the run `backup`.
# Exit codes: 1, 11, 12, 64, 67, 130; 0 and 3 of restic go on to judge-snapshot.sh.

snapshot_partial=
snapshot_damage=
snapshot_names=
snapshot_job=

write_snapshot() {
  # What will be partial is marked so from its first moment: a kill cannot leave it looking complete.
  [ -z "$source_unreadable" ] || snapshot_partial=yes
  say "Backing up $BACKUP_PATH as host $BACKUP_HOST to $repository_shown ..."
  [ -z "$source_restores" ] || say "Left out is $source_restores, where restore.sh puts files."
  warn_of_set_aside
  [ -z "$places_cache" ] || say "Left out is $places_cache, the cache of restic."
  # After a signal there may be a snapshot to mark, or an upload to note down.
  run_goes_on=yes
  take_job
  set -- ${snapshot_partial:+--tag partial} ${snapshot_job:+--tag "of-job:$snapshot_job"}
  back_up_selection backup "backing up" "$@"
  # One snapshot that cannot be read keeps restic from finding a parent, and must not keep it from backing up. Retention
  # sees it again.
  if ended backup 1 && grep -q "Error loading snapshot" "$work/backup.err"; then
    say "A snapshot in the repository cannot be read. Backing up without looking for a parent ..."
    ! saw_damage backup || snapshot_damage=backup-before
    copy_run backup backup-before
    back_up_selection backup "backing up" --force "$@"
  fi
  run_goes_on=
  read_summary
  [ -n "$report_snapshot" ] || end_without_snapshot
  if [ -z "$report_bytes_added" ]; then
    mark_partial
    end 1 "Snapshot $snapshot_short was written, but restic does not say what it holds, so it was not judged. Retention was skipped."
  fi
  life_before_failing=note_unsettled_after
  snapshot_contents="$(count "$report_files" file files), $(human_bytes "$report_bytes"), of which $(human_bytes "$report_bytes_added") were new in the repository"
  say "Snapshot $snapshot_short is written: $snapshot_contents."
}

# take_job: by the tag of-job:UID, a later try of the same Job knows the snapshot for one that it makes needless. The
# snapshot bears it from its first moment, because a killed run cannot say so afterwards.
take_job() {
  case ${BACKUP_JOB:-} in
    *[!0-9A-Za-z-]*) ;;
    *) snapshot_job=${BACKUP_JOB:-} ;;
  esac
}

# read_summary: without a snapshot's id there is no snapshot, whatever the exit code says.
read_summary() {
  ended backup 0 || ended backup 3 || return 0
  require_room "backing up"
  tail -n 1 "$work/backup.out" >"$work/summary"
  run_jq summary -Rrn "$work/summary" >"$work/counts" || return 0
  {
    read -r report_snapshot
    read -r report_files
    read -r report_bytes
    read -r report_bytes_added
    read -r snapshot_begun
  } <"$work/counts" || return 0
  snapshot_short=$(printf '%.8s' "$report_snapshot")
  snapshot_names=$report_snapshot${snapshot_begun:+ $snapshot_begun}
}

# note_unsettled_after CODE: a run that fails is tried again, and the next try writes a snapshot of the same night, which
# must not push out those of other nights. One of a Job says so itself. Where damage is recorded, nothing is removed.
note_unsettled_after() {
  [ -n "$snapshot_job" ] || [ "$1" -eq 67 ] || [ -n "$snapshot_partial" ] || note_unsettled
}

end_without_snapshot() {
  require_room "backing up"
  status_of backup
  case $run_status in
    0 | 3) end 1 "restic ended with code $run_status, but names no snapshot, so none may have been written. Run this again." ;;
  esac
  explain backup
  note_unfinished
  [ -z "$life_signal" ] || end_stopped backup "backing up"
  fail backup "The backup failed"
}

# note_unfinished: what was uploaded until now belongs to no snapshot, so that prune would remove it, night after night.
note_unfinished() {
  case $run_status in
    10 | 11 | 12) return 0 ;;
  esac
  # Nothing was uploaded where restic did not come to work. It says nothing in its first second, though it may work.
  [ -s "$work/backup.out" ] || [ -n "$life_signal" ] || [ "$run_status" -ge 128 ] || return 0
  ! saw_damage backup || return 0
  # A storage that is full needs the prune that the note would stop.
  [ "$explain_kind" != full ] || return 0
  say "Noting in the repository that this backup is unfinished, so that prune keeps what it has uploaded ..."
  note_own_unfinished
  ended note 0 || say "That could not be noted: $(print_cause note)"
}
