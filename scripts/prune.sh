#!/bin/sh
# Frees the space of data that no snapshot holds any more: of removed snapshots, and of backups that were interrupted and
# made again since. It removes no snapshot. It may be stopped at any time; the next run goes on.
#
# Usage: prune.sh
#
# Examples:
#   prune.sh
#   kubectl exec -it deploy/backup-restore -- /usr/local/bin/prune.sh
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, BACKUP_REPOSITORY_MOUNT, BACKUP_REPOSITORY_ID, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_PRUNE_MAX_UNUSED (what may stay unused: a size, a percentage, or unlimited; restic's default is 5%),
#   BACKUP_PRUNE_MAX_REPACK (how much is rewritten in one run: a size, which bounds its time; unset, no limit).
# Opens the repository twice: list, prune. Once more after a backup that was cut off and has been made again.
# Exit codes:
#    0  unused data was removed, as far as the settings allow
#    1  failed, may work next time: the last lines say why
#   10  there is no repository
#   11  locked by another restic that is alive
#   12  wrong password
#   64  bad settings or arguments
#   65  nothing may be removed: no snapshot of this host and path is listed, or a backup was cut off and not made again
#   66  another repository than BACKUP_REPOSITORY_ID
#   67  the repository is damaged: nothing is removed
#  130  stopped by a signal, lock released
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/unfinished-files.sh
. "$here/lib/unfinished-files.sh"

main() {
  begin prune
  [ $# -eq 0 ] || problem "prune.sh takes no arguments. Its help: prune.sh --help."
  check_settings
  check_host
  check_directory BACKUP_PATH "${BACKUP_PATH:-}"
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  prune_in_turn
  ended prune 0 || fail prune "The prune failed, which loses nothing"
  require_clean prune "The prune ended"
  remove_unfinished_files
  # What was cut off is made again, or nothing would have been pruned.
  # shellcheck disable=SC2086 # ids
  remove_notes $list_made_again
  report_freed=$(sed -n 's/^total prune: .* \/ //p' "$work/prune.out")
  end 0 "${report_freed:-Nothing} of unused data was removed."
}

# prune_in_turn: whoever has the lock between the list and the prune may find damage or be cut off, so the list is read again.
prune_in_turn() {
  for _ in 1 2 3; do
    require_list "Nothing was pruned"
    require_undamaged
    require_finished
    list_unfinished_files
    prune
    ended prune 11 || return 0
    say "The repository is locked."
    wait_for_lock
    ended wait 0 || fail wait "Nothing was pruned"
  done
}

require_undamaged() {
  [ -n "$list_damaged_since" ] || return 0
  warn_of_damage
  end 67 "Nothing was pruned: the repository is recorded as damaged since $(local_time "$list_damaged_since"). Repair it, then run check.sh --clear-damage."
}

# require_finished: prune removes what belongs to no snapshot, which is all data of these backups where none of their
# snapshots is listed, and all that a backup of any host has uploaded that was cut off.
require_finished() {
  [ "$list_count" -gt 0 ] ||
    end 65 "Nothing was pruned: the repository lists no snapshot, so all of its data would be removed. Find out where the snapshots are, or let the first backup end. If removing all is meant, run restic prune by hand."
  [ "$list_mine_count" -gt 0 ] ||
    end 65 "Nothing was pruned: the repository lists no snapshot of $BACKUP_PATH of host $BACKUP_HOST, so all data of these backups would be removed. Find out where the snapshots are, or let the first backup end. If removing it is meant, run restic prune by hand."
  [ -z "$list_unfinished_at" ] ||
    end 65 "Nothing was pruned: the backup$list_unfinished_of that was cut off at $(local_time "$list_unfinished_at") is not made again yet, and prune would remove what it has uploaded. Let a backup${list_unfinished_of:- of $BACKUP_PATH of host $BACKUP_HOST} end with code 0, then run this again. If none can, for example because that host is gone or the storage is full, give up what was uploaded: restic unlock && restic forget $list_unfinished_notes, which needs some MiB of room for a lock, and run this again. A later backup then uploads it anew; no snapshot is concerned."
}

prune() {
  set --
  [ -z "${BACKUP_PRUNE_MAX_REPACK:-}" ] || set -- "$@" --max-repack-size "$BACKUP_PRUNE_MAX_REPACK"
  [ -z "${BACKUP_PRUNE_MAX_UNUSED:-}" ] || set -- "$@" --max-unused "$BACKUP_PRUNE_MAX_UNUSED"
  say "Pruning $repository_shown ..."
  run_restic prune 0 "pruning" --retry-lock=0s prune "$@"
}

case " $* " in
  *" -h "* | *" --help "*) show_help "$0" ;;
  *) main "$@" ;;
esac
