#!/bin/sh
# Backs BACKUP_PATH up into the repository, then applies the retention policy. Never makes a repository.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, BACKUP_RETENTION (one --keep-… a line, empty keeps everything), BACKUP_REPOSITORY_MOUNT,
#   BACKUP_LOCK_WAIT (seconds, 1920); what selection.sh and guards.sh name in their headers.
# Exit codes: 0 success · 1 failed, may work next time · 3 snapshot written, but some files could not be read ·
#   10 no repository · 11 locked · 12 wrong password · 64 bad settings · 65 source missing, empty
#   or refused by a guard · 75 source still being written · 130 stopped by a signal, lock released.
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
  find "$BACKUP_PATH" -path "$(literal "$BACKUP_PATH")/lost+found" -prune -o -type f -print -quit >"$work/first" 2>/dev/null || return 0
  [ -s "$work/first" ] || end 65 "There is no file in $BACKUP_PATH: nothing was backed up, and older snapshots stay as they are."
}

back_up() {
  say "Backing up $BACKUP_PATH as host $BACKUP_HOST to $RESTIC_REPOSITORY ..."
  restic_backup "backing up"
  case $status in
    0 | 3) ;;
    *)
      if grep -q "invalid pattern" "$work/stderr"; then
        end 64 "Nothing was backed up. BACKUP_EXCLUDES: $(restic_error)."
      fi
      fail_as_restic "The backup failed"
      ;;
  esac
  backup_status=$status
  read_summary
  if grep -q "missing from the index" "$work/stderr"; then
    show_errors
    end 1 "Snapshot $short_id was written, but restic found data missing in the repository: it is damaged. Keep all of it, and run restic check. Retention was skipped."
  fi
  [ "$backup_status" -eq 0 ] || end_partial
  stop_if_asked "Snapshot $short_id was written and holds $contents; retention was not applied."
}

# Without a snapshot's id there is no snapshot, whatever the exit code says.
read_summary() {
  tail -n 1 "$work/stdout" >"$work/summary"
  report_snapshot=$(jq -r 'select(.message_type == "summary") | .snapshot_id // ""' "$work/summary") || report_snapshot=
  [ -n "$report_snapshot" ] || end 1 "restic ended with code $status, but names no snapshot: take it that none was written."
  short_id=$(printf '%.8s' "$report_snapshot")
  report_files=$(jq -r '.total_files_processed // error' "$work/summary")
  report_bytes=$(jq -r '.total_bytes_processed // error' "$work/summary")
  report_bytes_added=$(jq -r '.data_added_packed // .data_added // error' "$work/summary")
  contents="$report_files files, $(human_bytes "$report_bytes"), of which $(human_bytes "$report_bytes_added") were new in the repository"
  say "Snapshot $short_id is written: $contents."
}

end_partial() {
  report_retention="skipped, because the snapshot is not complete"
  show_errors
  unread=$(messages 'map(select(startswith("/"))) | unique | "\(length) files or folders could not be read, such as \(first // "unknown")"')
  end 3 "Snapshot $short_id was written, but is not complete: $unread. Make these files readable for user $(id -u). Retention was skipped."
}

# A policy that fails is a failed run: else the repository grows unseen, for weeks.
apply_retention() {
  old_ifs=$IFS
  IFS='
'
  # shellcheck disable=SC2086 # one rule a line, checked before
  set -- ${BACKUP_RETENTION:-}
  IFS=$old_ifs
  if [ $# -eq 0 ]; then
    report_retention="no policy, every snapshot is kept"
    return 0
  fi
  say "Applying the retention policy ..."
  restic_locked "applying the retention policy" --json forget --host "$BACKUP_HOST" --path "$BACKUP_PATH" \
    --group-by host,paths "$@"
  if [ "$status" -ne 0 ]; then
    report_retention="failed"
    fail_as_restic "Snapshot $short_id is written and safe, but the retention policy could not be applied"
  fi
  report_retention=$(jq -r '"\([.[].keep // [] | length] | add // 0) snapshots kept, \([.[].remove // [] | length] | add // 0) removed"' "$work/stdout")
  say "Retention: $report_retention."
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
  75  the source is still being written
 130  stopped by a signal, lock released
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
