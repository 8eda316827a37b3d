# shellcheck shell=sh disable=SC2154 # variables that other files set
# Whether a run of restic cannot write its lock to the repository, or, in `unlock`, remove one.

# print_lock_refusal NAME STATUS: why, or nothing where it can, or may be able to in a while. STATUS is "" as long as the
# run lasts.
print_lock_refusal() {
  grep -q lock "$work/$1.err" 2>/dev/null || return 0
  find_scheme
  run_jq refused-lock -Rrs --arg status "$2" --arg scheme "$explain_scheme" "$work/$1.err"
}

# is_lock_refused NAME: for a restic that still runs.
is_lock_refused() {
  [ -n "$(print_lock_refusal "$1" "" 2>/dev/null)" ]
}
