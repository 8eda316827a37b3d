#!/bin/sh
# Checks the structure of the repository, and reads the next part of its data, so that all of it is read within
# BACKUP_CHECK_PARTS good runs. Damage is recorded in the repository: then backup.sh removes no snapshot any more, and
# prune.sh does nothing, until --clear-damage takes that record back. Repairs nothing: see restic's manual,
# Troubleshooting.
#
# Usage: check.sh [--clear-damage]
#   --clear-damage  the repository is repaired: retention and prune go on
# Both give the tag `repaired` to snapshots that a repair has taken something out of, and which it has not tagged so.
#
# Examples:
#   check.sh
#   check.sh --clear-damage
#   kubectl exec -it deploy/backup-restore -- /usr/local/bin/check.sh
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_REPOSITORY_MOUNT, BACKUP_REPOSITORY_ID, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_CHECK_PARTS (1 to 256; unset, all data is read in one run).
# Which part comes next stands in the repository, as a note that counts the good runs. restic sorts packs into parts by
#   the first byte of their names, so that so many counts on end are so many different parts. A part that was not good
#   comes again.
# Opens the repository four times: list, check, note, removal of the note before. More often where something has changed
#   snapshots after they were made: what it finds in them stands in the note, too.
# Exit codes:
#    0  the structure and this part of the data are good
#    1  failed, may work next time: the last lines say why
#   10  there is no repository
#   11  locked by another restic that is alive
#   12  wrong password
#   64  bad settings or arguments
#   66  another repository than BACKUP_REPOSITORY_ID
#   67  the repository is damaged
#  130  stopped by a signal, lock released
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/unfinished-files.sh
. "$here/lib/unfinished-files.sh"
# shellcheck source=scripts/lib/altered-snapshots.sh
. "$here/lib/altered-snapshots.sh"

# So many snapshots that were changed are looked at by one run: after years, or a `restic copy`, there may be thousands.
check_looks=20

main() {
  begin check
  case $#:${1:-} in
    0:) check_action=check_next_part ;;
    1:--clear-damage) check_action=clear_damage ;;
    *) problem "check.sh takes no argument but --clear-damage. Its help: check.sh --help." ;;
  esac
  check_settings
  check_host
  check_number BACKUP_CHECK_PARTS "${BACKUP_CHECK_PARTS:=1}" parts
  case $BACKUP_CHECK_PARTS in
    0 | ????* | 2[6-9]? | 25[7-9] | [3-9]??) problem "BACKUP_CHECK_PARTS: \"$BACKUP_CHECK_PARTS\" is not a number from 1 to 256." ;;
  esac
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  require_list "Nothing was checked"
  "$check_action"
}

check_next_part() {
  warn_of_damage
  report_parts=$BACKUP_CHECK_PARTS
  report_part=$((list_checked_runs % report_parts + 1))
  say "Checking the repository, and part $report_part of $report_parts of its data ..."
  restic_locked check "checking" check --read-data-subset="$report_part/$report_parts"
  ended check 0 || fail check "The check of part $report_part of $report_parts failed"
  require_clean check "The check of part $report_part of $report_parts found something"
  stop_if_asked "Part $report_part of $report_parts is good, but was not counted. The next run checks it again."
  warn_of_unfinished_files
  set --
  if [ -z "$list_damaged_since" ]; then
    mark_altered "Part $report_part of $report_parts is good, but was not counted" "$check_looks"
    for check_looked in $(run_jq looked-tags -r "$work/list.json") $altered_looked; do set -- "$@" "$check_looked"; done
  fi
  write_note checked "Part $report_part of $report_parts is good" "run:$((list_checked_runs + 1))" "$@"
  ended note 0 || fail note "Part $report_part of $report_parts is good, but that could not be recorded, so the next run checks it again"
  drop_notes checked
  [ -z "$list_damaged_since" ] || end 67 "Part $report_part of $report_parts is good, but damage is recorded since $(local_time "$list_damaged_since"). If all is repaired, run check.sh --clear-damage."
  end 0 "The structure of the repository is good, and so is part $report_part of $report_parts of its data."
}

# clear_damage removes damage notes before the note that clears them: the other way round, a kill would bring the damage
# back.
clear_damage() {
  if [ -z "$list_damaged_since" ]; then
    mark_altered "What a repair has altered was not marked" 0
    end 0 "No damage is recorded, so there is nothing to clear."
  fi
  mark_altered "The damage was not cleared" 0
  set --
  for check_note in $list_damage_notes; do
    set -- "$@" "clears:$check_note"
  done
  write_note cleared "Cleared by hand" "$@"
  ended note 0 || fail note "The damage could not be cleared"
  check_since=$(local_time "$list_damaged_since")
  drop_notes damaged
  if [ -z "$list_not_removed" ]; then
    read_list
    ! ended list 0 || drop_notes cleared
  fi
  end 0 "The damage recorded since $check_since is cleared: retention and prune go on with their next run. The next check reads the part that was damaged."
}

case " $* " in
  *" -h "* | *" --help "*) show_help "$0" ;;
  *) main "$@" ;;
esac
