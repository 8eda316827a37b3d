#!/bin/sh
# Makes the restic repository that RESTIC_REPOSITORY names, if it is certain that there is none. A repository that is there
# is left alone. Finds out what is wrong otherwise. It may be run again at any time, and deletes nothing.
#
# Usage: init.sh
#
# Examples:
#   init.sh
#   kubectl exec -it deploy/backup-restore -- /usr/local/bin/init.sh
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_REPOSITORY_ID (the only repository that is right; then none is made), BACKUP_REPOSITORY_MOUNT (local
#   repositories: where a volume must be mounted), BACKUP_PROBE_TIMEOUT (seconds, 90), BACKUP_CONFIRM_WAIT (seconds
#   between two looks, 5), BACKUP_SECRET_FILES, BACKUP_PRIVATE_FOLDER and BACKUP_SSH_LOG (files with credentials).
# Exit codes:
#    0  the repository is there, and the password opens it
#    1  failed, may work next time: the last lines say why
#   10  the repository vanished: BACKUP_REPOSITORY_ID is set, and none is there
#   12  the repository is there, but the password is wrong
#   64  bad settings or arguments
#   66  another repository than BACKUP_REPOSITORY_ID
#   67  the repository has lost its config or its keys
#  130  stopped by a signal
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/common.sh
. "$here/lib/common.sh"
# shellcheck source=scripts/lib/bucket.sh
. "$here/lib/bucket.sh"
# shellcheck source=scripts/lib/keys.sh
. "$here/lib/keys.sh"
# shellcheck source=scripts/lib/lock-removal.sh
. "$here/lib/lock-removal.sh"

main() {
  begin init
  [ $# -eq 0 ] || problem "init.sh takes no arguments. Its help: init.sh --help."
  check_settings
  check_number BACKUP_CONFIRM_WAIT "${BACKUP_CONFIRM_WAIT:=5}" seconds
  refuse_bad_settings
  require_repository_mount
  # So that `pulumi up` fails soon; a backup at night is patient.
  watch_gives_up=yes
  say "Looking for a repository at $repository_shown ..."
  look
  [ -z "${BACKUP_REPOSITORY_ID:-}" ] || end_without_repository "Nothing was initialized"
  require_bucket
  # Once is not enough: a proxy, or a storage that is just starting, answers "not found" too.
  say "There is none. Looking again in $(count "$BACKUP_CONFIRM_WAIT" second seconds) ..."
  pause "$BACKUP_CONFIRM_WAIT"
  look
  initialize
}

# look goes on only if it is certain that there is no repository.
look() {
  init_began=$(print_uptime)
  probe "$BACKUP_PROBE_TIMEOUT"
  if ended probe 0; then
    require_fitting_keys "$init_began"
    warn_of_lasting_locks
    end 0 "The repository is there already, and the password opens it, so there is nothing to do."
  fi
  if ! ended probe 10; then
    explain_refusal_of_s3
    fail_unharmed probe "Nothing was initialized"
  fi
  # A new key and config over old data would be the end of that.
  end_if_config_lost "Nothing was initialized"
}

initialize() {
  say "Initializing a new repository ..."
  init_began=$(print_uptime)
  # Between the key and the config, which restic writes in this order, a signal would leave half a repository.
  life_spared=yes run_goes_on=yes
  run_restic init "$BACKUP_PROBE_TIMEOUT" "initializing the repository" --json init
  life_spared='' run_goes_on=
  ended init 0 || explain_failed_init
  check_new_repository
}

# explain_failed_init: another init may have been faster, which is well, or an earlier one may have been killed half-way.
explain_failed_init() {
  ! was_ended_early init || fail_unharmed init "The repository was not initialized"
  # The other one may have written its key and not yet its config.
  pause "$BACKUP_CONFIRM_WAIT"
  probe "$BACKUP_PROBE_TIMEOUT"
  ! ended probe 0 || return 0
  ended probe 10 || fail_unharmed probe "The repository was not initialized"
  explain init
  case $explain_cause in
    *"already contains keys"*)
      show_errors
      init_remedy="Look there: if there is anything under snapshots/, index/ or data/, remove nothing, and put the config back from a copy; only if there is nothing, remove what is under keys/ and run this again"
      # end_if_config_lost has looked.
      [ -z "$repository_folder" ] || init_remedy="There are no data and no snapshots, so remove what is under keys/, and run this again"
      end 1 "The repository is half initialized, or has lost its config: $repository_shown has objects under keys/, but no config. $init_remedy. Nothing was changed."
      ;;
    *"already contains snapshots"*)
      show_errors
      end 1 "The repository has lost its config: $repository_shown has snapshots, but no config. Remove nothing; put the config back from a copy. Nothing was changed."
      ;;
    *) fail_unharmed init "The repository was not initialized" ;;
  esac
}

# check_new_repository: what init said is no proof. A new process must find the repository.
check_new_repository() {
  probe "$BACKUP_PROBE_TIMEOUT"
  ! ended probe 10 || end_config_removed
  ended probe 0 || fail_unharmed probe "The new repository cannot be opened"
  require_fitting_keys "$init_began"
  warn_of_lasting_locks
  stop_if_asked "The repository is initialized."
  end 0 "The repository at $repository_shown is initialized. Keep a copy of its password outside of this cluster: without it, no backup can be read."
}

case " $* " in
  *" -h "* | *" --help "*) show_help "$0" ;;
  *) main "$@" ;;
esac
