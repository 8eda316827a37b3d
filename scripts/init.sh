#!/bin/sh
# Makes the repository if it is certain that there is none; finds out what is wrong otherwise. May be run again at any time.
#
# Inputs: RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE, credentials of the backend, RESTIC_OPTIONS (one option a line),
#   BACKUP_REPOSITORY_MOUNT (local repositories: where a volume must be mounted), BACKUP_PROBE_TIMEOUT (seconds, 90),
#   BACKUP_CONFIRM_WAIT (seconds between two looks, 5).
# Exit codes: 0 the repository is there and the password opens it · 1 failed, may work next time · 12 wrong password ·
#   64 bad settings · 130 stopped by a signal.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

main() {
  begin init
  [ $# -eq 0 ] || problem "init.sh takes no arguments; --help explains it."
  check_settings
  check_seconds BACKUP_CONFIRM_WAIT "${BACKUP_CONFIRM_WAIT:=5}"
  refuse_bad_settings
  require_repository_mount
  say "Looking for a repository at $RESTIC_REPOSITORY ..."
  probe
  [ "$status" -ne 0 ] || end 0 "The repository is there already and the password opens it: nothing to do."
  [ "$status" -eq 10 ] || fail_as_restic "Nothing was initialised"
  # Once is not enough: a proxy or a storage that is just starting answers "not found" too.
  say "There is none. Looking again in $BACKUP_CONFIRM_WAIT seconds ..."
  pause "$BACKUP_CONFIRM_WAIT"
  probe
  [ "$status" -ne 0 ] || end 0 "The repository is there and the password opens it: nothing to do."
  [ "$status" -eq 10 ] || fail_as_restic "Nothing was initialised"
  initialise
}

# Asks for the config object only: no lock that could be in the way, no cache that could lie.
probe() {
  run_restic "$BACKUP_PROBE_TIMEOUT" "looking for the repository" --no-lock --no-cache cat config
  [ "$status" -ne 0 ] || report_repository_id=$(jq -r '.id // ""' "$work/stdout")
}

initialise() {
  say "Initialising a new repository ..."
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
  [ ! -e "$work/timed-out" ] || fail_as_restic "The repository was not initialised"
  probe
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

# What init said is not proof: a new process must find the repository, with one key. Two keys mean that two inits ran at
# once, and that one of the keys does not belong to the config: https://github.com/restic/restic/pull/21944
check_new_repository() {
  probe
  [ "$status" -eq 0 ] || fail_as_restic "The new repository cannot be opened"
  run_restic "$BACKUP_PROBE_TIMEOUT" "listing the keys" --no-lock --json key list
  [ "$status" -eq 0 ] || fail_as_restic "The keys of the new repository cannot be listed"
  keys=$(jq -r 'map(.id) | join(" ")' "$work/stdout")
  case $keys in
    *" "*) end 1 "Two inits ran at once, and the new repository at $RESTIC_REPOSITORY has several keys ($keys), of which some do not fit. It holds no backup yet: remove everything in it, and run this again." ;;
    "") end 1 "The new repository shows no key, which cannot be: look at keys/ in $RESTIC_REPOSITORY." ;;
  esac
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
  12  the repository is there, but the password is wrong
  64  bad settings
 130  stopped by a signal
USAGE
}

case "${1:-}" in
  -h | --help) usage ;;
  *) main "$@" ;;
esac
