#!/bin/sh
# Restores a snapshot of BACKUP_PATH into the directory RESTORE_PATH, and checks it. Without an argument it takes the
# newest one with which nothing is known to be wrong. Nothing appears in RESTORE_PATH before all of it is there and
# verified. What is there under the same name is moved into a directory before-restore-… in it; other files stay as they
# are.
#
# Usage: restore.sh [--skip-space-check] [latest | ID | TIME]
#        restore.sh --list
#   ID      the beginning of a snapshot's id, 4 letters or more: also of one that is partial, altered, or of another host
#   TIME    the newest snapshot until then: 2026-11-20 (until midnight of that day), "2026-11-20 23:59" in the time zone TZ,
#           or with an offset, as in 2026-11-20T23:59:00+01:00 and 2026-11-20T22:59:00Z
#   --list  shows the snapshots, with times in the time zone TZ
#   --skip-space-check  restores although there seems to be too little space
# Of a snapshot that holds further paths (BACKUP_PATHS), only BACKUP_PATH is restored. For another one:
# restic restore ID:/another/path --target /an/empty/directory
#
# Examples:
#   restore.sh
#   restore.sh --list
#   restore.sh 4bba301e
#   restore.sh "2026-11-20 23:59"
#   kubectl exec -it deploy/backup-restore -- /usr/local/bin/restore.sh
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_HOST, BACKUP_PATH, RESTORE_PATH, TZ, BACKUP_REPOSITORY_MOUNT, BACKUP_LOCK_WAIT (seconds, 1920),
#   BACKUP_REPOSITORY_ID (the only repository that is right; costs one more opening).
# Opens the repository five times: to list the snapshots, to list the files of one, to restore them, and twice for the
# attributes of BACKUP_PATH itself.
# Exit codes:
#    0  all files are restored and verified
#    1  failed, may work next time: the last lines say why
#    3  a partial or altered snapshot, given by its id, is restored and verified: files are missing in it
#    4  all files are restored and verified, but an owner, a mode, an attribute or a special file could not be set
#   10  there is no repository
#   11  locked by another restic that is alive
#   12  wrong password
#   64  bad settings or arguments
#   65  no snapshot matches
#   66  another repository than BACKUP_REPOSITORY_ID
#   67  the repository is damaged: another snapshot may still be whole
#  130  stopped by a signal, lock released
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/restoring.sh
. "$here/lib/restoring.sh"

main() {
  begin restore
  # A repository that cannot be written can be read all the same.
  watch_lock=yes
  read_arguments "$@"
  check_settings
  check_host
  check_directory BACKUP_PATH "${BACKUP_PATH:-}"
  check_directory RESTORE_PATH "${RESTORE_PATH:-}"
  check_restore_place
  refuse_bad_settings
  require_repository_mount
  require_pinned_repository
  require_open_target
  list_restorable
  [ "$choose_wanted" != --list ] || end_with_list
  choose_snapshot
  begin_staging
  [ -n "$space_unchecked" ] || require_space
  require_short_paths
  restore_into_staging
  restore_root
  stop_if_asked "$target_state. What was restored is complete in $staging/new."
  refuse_needed_names
  say "All is there. Moving it into place ..."
  place
  failed_finished=
  find_lacks
  tell_result
}

# read_arguments: the switch may stand on either side.
read_arguments() {
  space_unchecked=
  for argument in "$@"; do
    shift
    if [ "$argument" = --skip-space-check ]; then
      space_unchecked=yes
    else
      set -- "$@" "$argument"
    fi
  done
  [ $# -le 1 ] || problem "restore.sh takes one snapshot. Quote a time that has a space in it; --help says more."
  understand_wanted "${1-latest}"
}

tell_result() {
  result="Snapshot $chosen_short of $chosen_time, $chosen_age, is restored: $(count "$report_files" file files), $(human_bytes "$report_bytes"), verified, in $RESTORE_PATH.${place_aside:+ What was there under the same names is now in $place_aside.}"
  [ -z "$lacks" ] || lacks="Contents are complete, but not all is as in the snapshot: $lacks.${lacks_hint:+ $lacks_hint}"
  if [ -n "$chosen_incomplete" ]; then
    [ -z "$lacks" ] || warn "$lacks"
    end 3 "$result This is not all that was to be backed up: $chosen_flaw."
  fi
  [ -z "$lacks" ] || end 4 "$result $lacks"
  end 0 "$result${chosen_doubt:+ $chosen_doubt}"
}

case " $* " in
  *" -h "* | *" --help "*) show_help "$0" ;;
  *) main "$@" ;;
esac
