#!/bin/sh
# Backs up BACKUP_PATH with restic, then removes the snapshots that BACKUP_RETENTION does not keep. Never makes a
# repository. The last line is a report as JSON.
#
# Usage: backup.sh [--accept-shrink]
#   --accept-shrink  the source is meant to be as small as it is now: older, larger snapshots are no longer kept for it,
#                    and a further path may be empty
#
# Examples:
#   backup.sh
#   kubectl exec -it deploy/backup-restore -- /usr/local/bin/backup.sh
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, RESTORE_PATH (is left out where it lies in BACKUP_PATH), BACKUP_RETENTION (one --keep-… a
#   line; empty keeps everything), BACKUP_REPOSITORY_MOUNT, BACKUP_LOCK_WAIT (seconds, 1920), BACKUP_REPOSITORY_ID (the
#   only repository that is right; costs one more opening), BACKUP_JOB (what Kubernetes calls the Job of which this is a
#   try; empty by hand), BACKUP_ACCEPT_CHANGES (yes: files may change while they are read); and what lib/guards.sh,
#   own-places.sh, zip.sh, settle.sh, selection.sh, emptied-paths.sh and retention.sh name at their top.
# Opens the repository twice, to back up and to list the snapshots, and a third time where snapshots are removed: nothing
#   is removed that was not looked at before. More often only where something is wrong, or a further path is empty.
# Exit codes:
#    0  a snapshot was written, it is complete, and the retention policy was applied
#    1  failed, may work next time: the last lines say why
#    3  a snapshot was written, but some files could not be read: it is marked as partial
#   10  there is no repository: only init.sh makes one
#   11  locked by another restic that is alive
#   12  wrong password
#   64  bad settings or arguments
#   65  the source is missing, empty, or refused by a guard, or a restore has not finished moving its files into it
#   66  another repository than BACKUP_REPOSITORY_ID
#   67  the repository is damaged
#   75  the source is still being written, or changed while it was read, or a restore is moving its files into it
#  130  stopped by a signal, lock released
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/begun-restore.sh
. "$here/lib/begun-restore.sh"
# shellcheck source=scripts/lib/unfinished-restores.sh
. "$here/lib/unfinished-restores.sh"
# shellcheck source=scripts/lib/scan-source.sh
. "$here/lib/scan-source.sh"
# shellcheck source=scripts/lib/own-places.sh
. "$here/lib/own-places.sh"
# shellcheck source=scripts/lib/guards.sh
. "$here/lib/guards.sh"
# shellcheck source=scripts/lib/zip.sh
. "$here/lib/zip.sh"
# shellcheck source=scripts/lib/settle.sh
. "$here/lib/settle.sh"
# shellcheck source=scripts/lib/selection.sh
. "$here/lib/selection.sh"
# shellcheck source=scripts/lib/snapshot-marks.sh
. "$here/lib/snapshot-marks.sh"
# shellcheck source=scripts/lib/write-snapshot.sh
. "$here/lib/write-snapshot.sh"
# shellcheck source=scripts/lib/snapshot-contents.sh
. "$here/lib/snapshot-contents.sh"
# shellcheck source=scripts/lib/emptied-paths.sh
. "$here/lib/emptied-paths.sh"
# shellcheck source=scripts/lib/judge-snapshot.sh
. "$here/lib/judge-snapshot.sh"
# shellcheck source=scripts/lib/retention.sh
. "$here/lib/retention.sh"

main() {
  begin backup
  case $#:${1:-} in
    0:) shrink_accepted= ;;
    1:--accept-shrink) shrink_accepted=yes ;;
    *) problem "backup.sh takes no argument but --accept-shrink. Its help: backup.sh --help." ;;
  esac
  check_settings
  check_host
  check_directory BACKUP_PATH "${BACKUP_PATH:-}"
  [ -z "${RESTORE_PATH:-}" ] || check_directory RESTORE_PATH "$RESTORE_PATH"
  check_selection
  check_own_places
  check_guards
  check_zip_setting
  check_settle
  check_switch BACKUP_ACCEPT_CHANGES "${BACKUP_ACCEPT_CHANGES:=}" yes
  check_retention
  refuse_bad_settings
  require_repository_mount
  require_source_mount
  refuse_unfinished_beside
  require_source
  require_further_paths
  require_pinned_repository
  find_restores
  wait_until_written
  guard_source
  require_whole_zip
  guard_further_paths
  write_snapshot
  judge_snapshot
  [ -z "$shrink_accepted" ] || accept_shrink
  apply_retention
  end 0 "Snapshot $snapshot_short holds $snapshot_contents. Retention: $report_retention."
}

case " $* " in
  *" -h "* | *" --help "*) show_help "$0" ;;
  *) main "$@" ;;
esac
