# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Which repository answers: an empty or another one at the right address looks like a first night.
# Inputs: BACKUP_REPOSITORY_ID (64 hexadecimal digits; unset: any repository is right). Results: $report_repository_id.
# Exit codes: 10 no repository, 66 another repository, and those of fail.

# probe LIMIT: asks for the config object only: no lock that could be in the way, no cache that could lie. Leaves the
# run `probe`.
probe() {
  run_restic probe "$1" "looking for the repository" --no-lock --no-cache cat config
  ended probe 0 || return 0
  report_repository_id=$(run_jq field -r --arg name id "$work/probe.out")
  if [ "${BACKUP_REPOSITORY_ID:-$report_repository_id}" != "$report_repository_id" ]; then
    end 66 "This is another repository: $repository_shown has the id $report_repository_id, and BACKUP_REPOSITORY_ID is $BACKUP_REPOSITORY_ID. Nothing was done. Correct the address, or the id if you mean this repository."
  fi
}

# require_pinned_repository: no command of restic prints the id beside its work, so this costs one more opening of the
# repository, about half a second of CPU, only where an id is given.
require_pinned_repository() {
  [ -n "${BACKUP_REPOSITORY_ID:-}" ] || return 0
  probe 0
  ended probe 0 || fail probe "The repository cannot be opened"
}
