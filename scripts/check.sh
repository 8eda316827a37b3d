#!/bin/sh
# Checks the structure of the repository, and reads one part of its data: another one each time, and again the same one
# until it was good. So every pack is read within BACKUP_CHECK_PARTS good runs. Repairs nothing.
#
# Which part comes next stands in the repository, as a note (history.sh) that counts the good runs: restic sorts packs into
# parts by the first byte of their names, so that so many counts on end are so many different parts.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_REPOSITORY_MOUNT, BACKUP_REPOSITORY_ID, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_CHECK_PARTS (1 to 256; 7).
# Report: part, parts. Opens the repository four times: list, check, note, removal of the note before.
# Exit codes: 0 this part is good · 1 failed, may work next time · 10 no repository · 11 locked · 12 wrong password ·
#   64 bad settings or arguments · 66 another repository · 67 the repository is damaged · 130 stopped by a signal, lock
#   released.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

main() {
  begin check
  case $#:${1:-} in
    0:) action=check_next_part ;;
    1:--clear-damage) action=clear_damage ;;
    *) problem "check.sh takes no argument but --clear-damage; --help explains it." ;;
  esac
  check_settings
  check_host
  case ${BACKUP_CHECK_PARTS:=7} in
    [1-9] | [1-9][0-9] | 1[0-9][0-9] | 2[0-4][0-9] | 25[0-6]) ;;
    *) problem "BACKUP_CHECK_PARTS: \"$BACKUP_CHECK_PARTS\" is not a number from 1 to 256." ;;
  esac
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  read_history
  "$action"
}

check_next_part() {
  warn_of_damage
  runs=$(jq '[.[] | select(.tags | index(["restic-backup-checked"])) | .tags[] | select(startswith("run:"))[4:] | tonumber] | max // 0' "$work/history")
  report_parts=$BACKUP_CHECK_PARTS
  report_part=$((runs % report_parts + 1))
  say "Checking the repository, and part $report_part of $report_parts of its data ..."
  restic_locked "checking" check --read-data-subset="$report_part/$report_parts"
  [ "$status" -eq 0 ] || fail_or_damaged "The check of part $report_part of $report_parts failed"
  ! restic_saw_damage || end_damaged "The check of part $report_part of $report_parts found something, although it ended well"
  stop_if_asked "Part $report_part of $report_parts is good, but was not counted: the next run checks it again."
  write_note checked "Part $report_part of $report_parts is good" "run:$((runs + 1))"
  [ "$status" -eq 0 ] || fail_as_restic "Part $report_part of $report_parts is good, but that could not be recorded, so that the next run checks it again"
  drop_notes checked
  [ -z "$damaged_since" ] || end 67 "Part $report_part of $report_parts is good, but damage is recorded since $damaged_since: if all is repaired, run check.sh --clear-damage."
  end 0 "The structure of the repository is good, and so is part $report_part of $report_parts of its data."
}

# Damage notes before what clears them: the other way round, a kill would bring the damage back.
clear_damage() {
  [ -n "$damaged_since" ] || end 0 "No damage is recorded, so there is nothing to clear."
  set --
  for note in $damage_notes; do
    set -- "$@" "clears:$note"
  done
  write_note cleared "Cleared by hand" "$@"
  [ "$status" -eq 0 ] || fail_as_restic "The damage could not be cleared"
  drop_notes damaged
  [ "$status" -ne 0 ] || { read_history && drop_notes cleared; }
  end 0 "The damage recorded since $damaged_since is cleared: retention and prune go on with their next run. The next check reads the part that was damaged."
}

# drop_notes KIND: those that were listed. Where they may not be removed, they are in nobody's way.
drop_notes() {
  jq -r --arg tag "restic-backup-$1" '.[] | select(.tags | index([$tag])) | .id' "$work/history" >"$work/notes"
  status=0
  [ -s "$work/notes" ] || return 0
  # shellcheck disable=SC2046 # ids
  remove_snapshots "removing older notes" $(head -n 5000 "$work/notes")
  [ "$status" -eq 0 ] || say "Older notes could not be removed: $(restic_error)."
}

usage() {
  cat <<'USAGE'
Usage: check.sh
       check.sh --clear-damage

Checks the structure of the repository, and reads the next part of its data, so that all of it is read within
BACKUP_CHECK_PARTS runs. Damage is recorded in the repository: then backup.sh removes no snapshot any more, and prune.sh
does nothing, until --clear-damage takes that record back. Nothing is repaired: see restic's manual, Troubleshooting.

Examples:
  check.sh
  check.sh --clear-damage
  kubectl exec -it deploy/backup-restore -- /usr/local/bin/check.sh

Exit codes:
   0  the structure and this part of the data are good
   1  failed, may work next time: the last lines say why
  10  there is no repository
  11  locked by another restic that is alive
  12  wrong password
  64  bad settings or arguments
  66  another repository than BACKUP_REPOSITORY_ID
  67  the repository is damaged
 130  stopped by a signal, lock released
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
