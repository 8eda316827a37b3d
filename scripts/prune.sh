#!/bin/sh
# Frees the space of what no snapshot holds any more: removed snapshots, and backups that were interrupted. May be stopped
# at any time; the next run goes on.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_REPOSITORY_MOUNT, BACKUP_REPOSITORY_ID, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_PRUNE_MAX_UNUSED (what may stay unused: a size, a percentage such as 10%, or unlimited; restic's default is 5%),
#   BACKUP_PRUNE_MAX_REPACK (how much is rewritten in one run: a size, which bounds its time; 2G; 0 rewrites nothing).
# Report: freed. Opens the repository twice: list, prune.
# Exit codes: 0 success · 1 failed, may work next time · 10 no repository · 11 locked · 12 wrong password ·
#   64 bad settings · 65 the repository lists no snapshot · 66 another repository · 67 the repository is damaged ·
#   130 stopped by a signal, lock released.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

main() {
  begin prune
  [ $# -eq 0 ] || problem "prune.sh takes no arguments; --help explains it."
  check_settings
  check_host
  check_max_unused "${BACKUP_PRUNE_MAX_UNUSED:-}"
  [ "${BACKUP_PRUNE_MAX_REPACK:=2G}" = 0 ] || check_size BACKUP_PRUNE_MAX_REPACK "$BACKUP_PRUNE_MAX_REPACK"
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  # Whoever takes the lock between the list and the prune may find damage: look again then.
  for _ in 1 2 3; do
    require_undamaged
    prune
    [ "$status" -eq 11 ] || break
  done
  [ "$status" -eq 0 ] || fail_or_damaged "The prune failed, which loses nothing"
  report_freed=$(sed -n 's/^total prune: .* \/ //p' "$work/stdout")
  end 0 "${report_freed:-Nothing} of unused data was removed."
}

check_max_unused() {
  case $1 in
    '' | unlimited | [0-9]% | [1-9][0-9]%) ;;
    *) check_size BACKUP_PRUNE_MAX_UNUSED "$1" ;;
  esac
}

# Waits for the lock here, and not between the list and the prune.
require_undamaged() {
  read_expired host,paths --keep-last=1
  [ "$status" -eq 0 ] || fail_or_damaged "Nothing was pruned"
  ! restic_saw_damage || end_damaged "Nothing was pruned"
  if [ -n "$damaged_since" ]; then
    warn_of_damage
    end 67 "Nothing was pruned: the repository is recorded as damaged since $damaged_since. Repair it, then run check.sh --clear-damage."
  fi
  # Without a snapshot, prune would remove all data.
  [ "$(jq length "$work/history")" -gt 0 ] ||
    end 65 "Nothing was pruned: the repository lists no snapshot, so that all of its data would be removed. Find out where the snapshots are; if that is meant, run restic prune by hand."
}

prune() {
  set -- --max-repack-size "$BACKUP_PRUNE_MAX_REPACK"
  [ -z "${BACKUP_PRUNE_MAX_UNUSED:-}" ] || set -- "$@" --max-unused "$BACKUP_PRUNE_MAX_UNUSED"
  say "Pruning $RESTIC_REPOSITORY ..."
  run_restic 0 "pruning" --retry-lock=0s prune "$@"
}

usage() {
  cat <<'USAGE'
Usage: prune.sh

Removes the data that no snapshot in the repository needs any more. It removes no snapshot. Nothing is done while damage
is recorded: see check.sh --help.

Examples:
  prune.sh
  kubectl exec -it deploy/backup-restore -- /usr/local/bin/prune.sh

Exit codes:
   0  unused data was removed, as far as the settings allow
   1  failed, may work next time: the last lines say why
  10  there is no repository
  11  locked by another restic that is alive
  12  wrong password
  64  bad settings
  65  the repository lists no snapshot
  66  another repository than BACKUP_REPOSITORY_ID
  67  the repository is damaged
 130  stopped by a signal, lock released
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
