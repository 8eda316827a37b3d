#!/bin/sh
# Restores a snapshot of BACKUP_PATH into RESTORE_PATH. Nothing appears there under its own name before all of it is there
# and verified, and nothing that was there before is lost.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, RESTORE_PATH, TZ, BACKUP_REPOSITORY_MOUNT, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_REPOSITORY_ID (the only repository that is right; costs one more opening).
# Exit codes: 0 success · 1 failed, may work next time · 10 no repository · 11 locked · 12 wrong password ·
#   64 bad settings or arguments · 65 no snapshot matches · 66 another repository · 67 the repository is damaged ·
#   130 stopped by a signal, lock released.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/snapshots.sh
. "$here/snapshots.sh"
# shellcheck source=scripts/staging.sh
. "$here/staging.sh"

main() {
  begin restore
  [ $# -le 1 ] || problem "restore.sh takes one argument; quote a time that has a space in it. --help explains more."
  check_settings
  check_host
  check_folder BACKUP_PATH "${BACKUP_PATH:-}"
  check_folder RESTORE_PATH "${RESTORE_PATH:-}"
  understand_wanted "${1:-latest}"
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  say "Reading the list of snapshots in $RESTIC_REPOSITORY ..."
  list_snapshots
  if [ "$wanted" = --list ]; then
    print_snapshots
    end 0 "$(jq -r 'length' "$work/snapshots") snapshots of $BACKUP_PATH can be restored."
  fi
  choose_snapshot
  read_snapshot
  make_staging "${report_bytes:-0}"
  restore_into_staging
  check_staging
  place
  end 0 "Snapshot $short_id of $snapshot_time is restored: $report_files files, $(human_bytes "$report_bytes"), verified, are in $RESTORE_PATH.${moved_aside:+ What was there under the same names is now in $moved_aside.}"
}

read_snapshot() {
  report_snapshot=$snapshot
  short_id=$(printf '%.8s' "$snapshot")
  jq -c --arg id "$snapshot" '.[] | select(.id == $id)' "$work/snapshots" >"$work/snapshot"
  snapshot_time=$(local_time "$(jq -r '.moment[0]' "$work/snapshot")")
  expected_files=$(jq -r '.summary.total_files_processed // ""' "$work/snapshot")
  report_bytes=$(jq -r '.summary.total_bytes_processed // ""' "$work/snapshot")
  [ "$(jq '.paths | length' "$work/snapshot")" -eq 1 ] || count_in_snapshot
  say "Snapshot $short_id of $snapshot_time, host $(jq -r '.hostname' "$work/snapshot")${expected_files:+: $expected_files files, $(human_bytes "$report_bytes")}"
  [ "$expected_files" != 0 ] || end 65 "Snapshot $short_id holds no file: choose another one of restore.sh --list."
}

# What restic counted is of all paths of the snapshot; only BACKUP_PATH is restored.
count_in_snapshot() {
  run_restic 0 "listing the snapshot" --no-lock --json ls "$snapshot" --recursive "$BACKUP_PATH"
  [ "$status" -eq 0 ] || fail_or_damaged "The files of snapshot $short_id cannot be listed"
  jq -rn 'reduce (inputs | select(.type == "file")) as $file ([0, 0]; [.[0] + 1, .[1] + ($file.size // 0)])
    | join(" ")' "$work/stdout" >"$work/counted"
  read -r expected_files report_bytes <"$work/counted"
}

# With the lock, so that no prune takes the data away meanwhile.
restore_into_staging() {
  say "Restoring into $staging ..."
  restic_locked "restoring" --json restore "$snapshot:$BACKUP_PATH" --target "$staging" --verify
  [ "$status" -ne 0 ] || return 0
  if grep -q "no space left" "$work/stderr"; then
    # The application may be running on the same volume.
    rm -rf "$staging"
  fi
  fail_or_damaged "The restore failed, and $RESTORE_PATH is as it was"
}

# restic counts what it wrote, the snapshot says what it holds, and the folder shows what there is: all must agree.
check_staging() {
  tail -n 1 "$work/stdout" >"$work/summary"
  restored=$(jq -r 'select(.message_type == "summary" and .files_restored + (.files_skipped // 0) == .total_files)
    | .total_files' "$work/summary")
  [ "${restored:-0}" -gt 0 ] || incomplete "restic says: $(cat "$work/summary")"
  found=$(count_staged)
  [ "$found" -eq "$restored" ] || incomplete "restic restored $restored files and folders, $found are there"
  report_files=$(count_staged -type f)
  [ "$report_files" -gt 0 ] || incomplete "there is no file"
  [ "${expected_files:-$report_files}" -eq "$report_files" ] ||
    incomplete "the snapshot holds $expected_files files, $report_files are there"
  [ -n "$report_bytes" ] || report_bytes=$(jq -r '.total_bytes' "$work/summary")
}

incomplete() {
  end 1 "The restore is not complete: $1. $RESTORE_PATH is as it was; what was restored is in $staging."
}

usage() {
  cat <<'USAGE'
Usage: restore.sh [latest | ID | TIME]
       restore.sh --list

Restores a snapshot of BACKUP_PATH into the folder RESTORE_PATH, and checks it. Without an argument: the newest snapshot.
Of a snapshot that holds further paths (BACKUP_PATHS), --list shows them; only BACKUP_PATH is restored. For another one:
restic restore ID:/another/path --target /an/empty/folder
What is in RESTORE_PATH under the same name is moved into a folder before-restore-… there; other files stay as they are.

  ID      the beginning of a snapshot's id, 4 letters or more
  TIME    the newest snapshot until then: 2026-11-20 (until midnight of that day), "2026-11-20 23:59", or in UTC
          2026-11-20T23:59:00Z; else in the time zone TZ
  --list  shows the snapshots

Examples:
  restore.sh
  restore.sh --list
  restore.sh 4bba301e
  restore.sh "2026-11-20 23:59"
  kubectl exec -it deploy/backup-restore -- /usr/local/bin/restore.sh

Exit codes:
   0  all files are restored and verified
   1  failed, may work next time: the last lines say why
  10  there is no repository
  11  locked by another restic that is alive
  12  wrong password
  64  bad settings or arguments
  65  no snapshot matches
  66  another repository than BACKUP_REPOSITORY_ID
  67  the repository is damaged: another snapshot may still be whole
 130  stopped by a signal, lock released
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
