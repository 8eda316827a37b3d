#!/bin/sh
# Backs BACKUP_PATH up into the repository, then applies the retention policy. Never makes a repository.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, BACKUP_RETENTION (one --keep-… a line, empty keeps everything), BACKUP_REPOSITORY_MOUNT,
#   BACKUP_LOCK_WAIT (seconds, 1920), BACKUP_REPOSITORY_ID (the only repository that is right; costs one more opening);
#   what selection.sh, guards.sh and retention.sh name in their headers.
# Opens the repository twice: for the backup, and for `forget --dry-run`, which says what the policy removes, and shows
#   recorded damage and the last snapshot's size. A third time, for `forget`, only where snapshots are to be removed: the
#   guards against damage and a shrunk source must have seen the list before. More often only where files cannot be read,
#   or damage is found.
# Exit codes: 0 success · 1 failed, may work next time · 3 snapshot written, but some files could not be read ·
#   10 no repository · 11 locked · 12 wrong password · 64 bad settings · 65 source missing, empty or refused by a guard ·
#   66 another repository · 67 the repository is damaged · 75 source still being written · 130 stopped by a signal, lock
#   released.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/source.sh
. "$here/source.sh"
# shellcheck source=scripts/guards.sh
. "$here/guards.sh"
# shellcheck source=scripts/selection.sh
. "$here/selection.sh"
# shellcheck source=scripts/retention.sh
. "$here/retention.sh"

rotten=

main() {
  begin backup
  [ $# -eq 0 ] || problem "backup.sh takes no arguments; --help explains it."
  check_settings
  check_host
  check_folder BACKUP_PATH "${BACKUP_PATH:-}"
  check_selection
  check_guards
  check_retention
  refuse_bad_settings
  require_repository_mount
  require_source_mount
  require_source
  require_further_paths
  require_pinned_repository
  guard_source
  back_up
  guard_snapshot
  apply_retention
  end 0 "Snapshot $short_id holds $contents. Retention: $report_retention."
}

require_source() {
  # restic stores a link as a link, without what it points to.
  [ ! -L "$BACKUP_PATH" ] || end 65 "$BACKUP_PATH is a symbolic link: set BACKUP_PATH to the folder itself."
  [ -e "$BACKUP_PATH" ] || end 65 "$BACKUP_PATH does not exist, so there is nothing to back up: check the volume and the path."
  [ -d "$BACKUP_PATH" ] || end 65 "$BACKUP_PATH is not a folder."
  if [ ! -r "$BACKUP_PATH" ] || [ ! -x "$BACKUP_PATH" ]; then
    end 65 "$BACKUP_PATH cannot be read by user $(id -u): run as a user who may."
  fi
  # Where find may not look, restic will say so.
  first=$(find "$BACKUP_PATH" -path "$(literal "$BACKUP_PATH")/lost+found" -prune -o -type f -print -quit 2>/dev/null) || return 0
  [ -n "$first" ] || end 65 "There is no file in $BACKUP_PATH: nothing was backed up, and older snapshots stay as they are."
}

back_up() {
  # What will be partial is marked so from its first moment: a kill cannot leave it looking complete.
  find_unreadable
  stop_if_asked "Nothing was backed up."
  say "Backing up $BACKUP_PATH as host $BACKUP_HOST to $RESTIC_REPOSITORY ..."
  restic_backup "backing up"
  # One snapshot that cannot be read keeps restic from finding a parent, and must not keep it from backing up.
  if [ "$status" -eq 1 ] && grep -q "Error loading snapshot" "$work/stderr" && restic_saw_damage; then
    say "A snapshot in the repository is damaged. Backing up without looking for a parent ..."
    rotten=$damage
    restic_backup "backing up" --force
  fi
  case $status in
    0 | 3) ;;
    *)
      if grep -q "invalid pattern" "$work/stderr"; then
        end 64 "Nothing was backed up. BACKUP_EXCLUDES: $(restic_error)."
      fi
      fail_or_damaged "The backup failed"
      ;;
  esac
  backup_status=$status
  read_summary
  if restic_saw_damage || [ -n "$rotten" ]; then
    damage=${damage:-$rotten}
    report_retention="stopped, because the repository is damaged"
    end_damaged "Snapshot $short_id was written, but may not be restorable, and retention was skipped"
  fi
  [ "$backup_status" -eq 0 ] || end_partial
  [ -z "$unreadable" ] || unmark_complete
  stop_if_asked "Snapshot $short_id was written and holds $contents; retention was not applied."
}

# Without a snapshot's id there is no snapshot, whatever the exit code says.
read_summary() {
  tail -n 1 "$work/stdout" >"$work/summary"
  # One call of jq, which takes longer to start than to read this.
  jq -r 'select(.message_type == "summary") | .snapshot_id // "", .total_files_processed // error,
    .total_bytes_processed // error, .data_added_packed // .data_added // error' "$work/summary" >"$work/counts" || :
  {
    read -r report_snapshot || :
    read -r report_files || :
    read -r report_bytes || :
    read -r report_bytes_added || :
  } <"$work/counts"
  [ -n "$report_snapshot" ] || end 1 "restic ended with code $status, but names no snapshot: take it that none was written."
  short_id=$(printf '%.8s' "$report_snapshot")
  [ -n "$report_bytes_added" ] || end 1 "Snapshot $short_id was written, but restic does not say what it holds. Retention was skipped."
  contents="$report_files files, $(human_bytes "$report_bytes"), of which $(human_bytes "$report_bytes_added") were new in the repository"
  say "Snapshot $short_id is written: $contents."
}

end_partial() {
  report_retention="skipped, because the snapshot is not complete"
  show_errors
  unread=$(messages 'map(select(startswith("/"))) | unique | "\(length) files or folders could not be read, such as \(first // "unknown")"')
  [ -n "$unreadable" ] || mark_partial
  end 3 "Snapshot $short_id was written, but is not complete: $unread. Make these files readable for user $(id -u). Retention was skipped."
}

# What could be read beforehand failed on the way.
mark_partial() {
  change_tag --add || warn "Snapshot $short_id could not be marked as partial, so that restore.sh takes it for complete: $why."
}

# What may not be read is left out by BACKUP_EXCLUDES, as an example.
unmark_complete() {
  change_tag --remove || warn "Snapshot $short_id is complete, but still marked as partial, so that restore.sh passes it over: $why."
}

# change_tag OPTION: restic writes a copy of the snapshot, and removes the old one. Whichever it does not do, it ends with 0.
change_tag() {
  restic_locked "marking the snapshot" tag "$1" partial "$report_snapshot"
  why=$(restic_error)
  run_restic 0 "listing snapshots" --no-lock --json snapshots
  [ "$status" -eq 0 ] || return 1
  keep_history '.'
  copy=$(jq -r --arg id "$report_snapshot" 'map(select(.original == $id))[0].id // ""' "$work/history")
  [ -n "$copy" ] || return 1
  report_snapshot=$copy
  short_id=$(printf '%.8s' "$copy")
  say "It has the id $short_id now."
}

usage() {
  cat <<'USAGE'
Usage: backup.sh

Backs the folder BACKUP_PATH up with restic, then removes the snapshots that BACKUP_RETENTION does not keep. The last line
is a report as JSON.

Examples:
  backup.sh
  kubectl exec -it deploy/backup-restore -- /usr/local/bin/backup.sh

Exit codes:
   0  a snapshot was written, and the retention policy was applied
   1  failed, may work next time: the last lines say why
   3  a snapshot was written, but some files could not be read
  10  there is no repository: only init.sh makes one
  11  locked by another restic that is alive
  12  wrong password
  64  bad settings
  65  the source is missing, empty, or refused by a guard
  66  another repository than BACKUP_REPOSITORY_ID
  67  the repository is damaged
  75  the source is still being written
 130  stopped by a signal, lock released
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
