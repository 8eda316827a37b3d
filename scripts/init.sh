#!/bin/sh
# Makes the repository if it is certain that there is none; finds out what is wrong otherwise. May be run again at any time.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_REPOSITORY_ID (the only repository that is right; then none is made), BACKUP_REPOSITORY_MOUNT (local
#   repositories: where a volume must be mounted), BACKUP_PROBE_TIMEOUT (seconds, 90), BACKUP_CONFIRM_WAIT (seconds
#   between two looks, 5), BACKUP_SECRET_FILES, BACKUP_PRIVATE_FOLDER and BACKUP_SSH_LOG (files with credentials).
# Exit codes: 0 the repository is there and the password opens it · 1 failed, may work next time · 10 the repository
#   vanished · 12 wrong password · 64 bad settings · 66 another repository · 130 stopped by a signal.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/keys.sh
. "$here/keys.sh"

main() {
  begin init
  [ $# -eq 0 ] || problem "init.sh takes no arguments; --help explains it."
  check_settings
  check_seconds BACKUP_CONFIRM_WAIT "${BACKUP_CONFIRM_WAIT:=5}"
  refuse_bad_settings
  require_repository_mount
  # So that `pulumi up` fails soon; a backup at night is patient.
  give_up_early=yes
  say "Looking for a repository at $RESTIC_REPOSITORY ..."
  look
  [ -z "${BACKUP_REPOSITORY_ID:-}" ] || end_without_repository "Nothing was initialised"
  require_bucket
  # Once is not enough: a proxy or a storage that is just starting answers "not found" too.
  say "There is none. Looking again in $BACKUP_CONFIRM_WAIT seconds ..."
  pause "$BACKUP_CONFIRM_WAIT"
  look
  initialise
}

# Goes on only if it is certain that there is no repository.
look() {
  looked=$(uptime_in_hundredths)
  probe "$BACKUP_PROBE_TIMEOUT"
  if [ "$status" -eq 0 ]; then
    require_fitting_keys "$looked"
    end 0 "The repository is there already and the password opens it: nothing to do."
  fi
  if [ "$status" -ne 10 ]; then
    explain_refusal_of_s3
    fail_as_restic "Nothing was initialised"
  fi
}

initialise() {
  say "Initialising a new repository ..."
  began=$(uptime_in_hundredths)
  # Between the key and the config, which restic writes in this order, a signal would leave half a repository.
  spare_child=yes
  run_restic "$BACKUP_PROBE_TIMEOUT" "initialising the repository" --json init
  spare_child=
  if [ "$status" -ne 0 ]; then
    init_status=$status
    cp "$work/stderr" "$work/init-stderr"
    explain_failed_init
  fi
  check_new_repository
}

# Another init may have been faster, which is well, or an earlier one may have been killed half-way.
explain_failed_init() {
  if [ -e "$work/timed-out" ] || [ -e "$work/given-up" ]; then
    fail_as_restic "The repository was not initialised"
  fi
  # It may have written its key and not yet its config.
  pause "$BACKUP_CONFIRM_WAIT"
  probe "$BACKUP_PROBE_TIMEOUT"
  [ "$status" -ne 0 ] || return 0
  [ "$status" -eq 10 ] || fail_as_restic "The repository was not initialised"
  status=$init_status
  cp "$work/init-stderr" "$work/stderr"
  case $(restic_error) in
    *"already contains keys"*)
      show_errors
      end 1 "The repository is half initialised: $RESTIC_REPOSITORY has objects under keys/, but no config. If it never held a backup, remove what is under keys/ there and run this again; if it did, put its config back from a copy. Nothing was changed."
      ;;
    *"already contains snapshots"*)
      show_errors
      end 1 "The repository has lost its config: $RESTIC_REPOSITORY has snapshots, but no config. Remove nothing; put the config back from a copy. Nothing was changed."
      ;;
    *) fail_as_restic "The repository was not initialised" ;;
  esac
}

# What init said is not proof: a new process must find the repository.
check_new_repository() {
  probe "$BACKUP_PROBE_TIMEOUT"
  [ "$status" -ne 10 ] || end_config_removed
  [ "$status" -eq 0 ] || fail_as_restic "The new repository cannot be opened"
  require_fitting_keys "$began"
  stop_if_asked "The repository is initialised."
  end 0 "The repository at $RESTIC_REPOSITORY is initialised. Keep a copy of its password outside of this cluster: without it, no backup can be read."
}

usage() {
  cat <<'USAGE'
Usage: init.sh

Makes the restic repository that RESTIC_REPOSITORY names, if there is none. It may be run again at any time: a repository
that is there is left alone. It deletes nothing.

Examples:
  init.sh
  kubectl exec -it deploy/backup-restore -- /usr/local/bin/init.sh

Exit codes:
   0  the repository is there, and the password opens it
   1  failed, may work next time: the last lines say why
  10  the repository vanished: BACKUP_REPOSITORY_ID is set, and none is there
  12  the repository is there, but the password is wrong
  64  bad settings
  66  another repository than BACKUP_REPOSITORY_ID
 130  stopped by a signal
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
