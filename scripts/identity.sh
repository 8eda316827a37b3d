# shellcheck shell=sh disable=SC2154,SC2034 # variables that lib.sh and the commands set
# Which repository answers: an empty or another one at the right address looks like a first night.
# Inputs: BACKUP_REPOSITORY_ID (64 hexadecimal digits; unset: any repository is right). Results: $report_repository_id.
# Exit codes: 10 no repository, 66 another repository, and those of fail_or_damaged.

check_repository_id() {
  case ${BACKUP_REPOSITORY_ID:-} in
    '') ;;
    *[!0-9a-f]*) problem "BACKUP_REPOSITORY_ID: not an id of a repository, which is 64 hexadecimal digits." ;;
    *) [ ${#BACKUP_REPOSITORY_ID} -eq 64 ] || problem "BACKUP_REPOSITORY_ID: not an id of a repository, which is 64 hexadecimal digits." ;;
  esac
}

# probe LIMIT: asks for the config object only: no lock that could be in the way, no cache that could lie.
probe() {
  run_restic "$1" "looking for the repository" --no-lock --no-cache cat config
  [ "$status" -eq 0 ] || return 0
  report_repository_id=$(jq -r '.id // ""' "$work/stdout")
  if [ "${BACKUP_REPOSITORY_ID:-$report_repository_id}" != "$report_repository_id" ]; then
    end 66 "This is another repository: $RESTIC_REPOSITORY has the id $report_repository_id, and BACKUP_REPOSITORY_ID is $BACKUP_REPOSITORY_ID. Nothing was done. Correct the address, or the id if you mean this repository."
  fi
}

# No command of restic prints the id beside its work, so that this costs one more opening of the repository (about half a
# second of CPU): only where an id is given.
require_pinned_repository() {
  [ -n "${BACKUP_REPOSITORY_ID:-}" ] || return 0
  probe 0
  [ "$status" -eq 0 ] || fail_or_damaged "The repository cannot be opened"
}

# end_without_repository FAILED
end_without_repository() {
  if [ -n "${BACKUP_REPOSITORY_ID:-}" ]; then
    end 10 "$1: the repository vanished. There must be the one with the id $BACKUP_REPOSITORY_ID at $RESTIC_REPOSITORY, and there is none: find out whether its storage was emptied, replaced or not mounted. No new one is made while BACKUP_REPOSITORY_ID is set."
  fi
  end 10 "$1: there is no repository at $RESTIC_REPOSITORY. Check the address and that its storage is there; only init.sh makes a repository."
}
