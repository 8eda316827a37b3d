# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What a run of restic said, in one call of jq: explain-run.jq has the details, errors.jq the table.

# explain NAME. Results, each one line: $explain_cause (the message that matters), $explain_hint (what to do about it),
# $explain_damage (the first sign of damage), $explain_unclean (for a run that ended with 0: the first words that a run
# without fault does not say), $explain_attributes (yes: all errors are about attributes, contents are complete; or no),
# $explain_kind (of the cause, see errors.jq), $explain_attributes_count; and $work/explained-lines, restic's own words
# for the log.
explain() {
  explain_ending='' explain_limit=0
  ! was_ended_early "$1" || read -r explain_ending explain_limit <"$work/$1.ending" || :
  status_of "$1"
  if ! run_explain "$1" "$explain_ending" "$run_status" "$explain_limit" >"$work/explained"; then
    require_room "reading what restic said"
    end 1 "What restic said could not be read, so its result is not known. Look at the lines above."
  fi
  {
    read -r explain_cause
    read -r explain_hint
    read -r explain_damage
    read -r explain_unclean
    read -r explain_attributes
    read -r _
    read -r explain_kind
    read -r explain_attributes_count
    cat >"$work/explained-lines"
  } <"$work/explained"
}

# find_scheme. Results: $explain_scheme, that of the repository's address.
find_scheme() {
  case ${RESTIC_REPOSITORY:-} in
    /* | local:*) explain_scheme=local ;;
    *) explain_scheme=${RESTIC_REPOSITORY%%:*} ;;
  esac
}

# run_explain NAME ENDING STATUS LIMIT
run_explain() {
  find_scheme
  run_jq explain-run -Rrs --arg ending "$2" --arg status "$3" --arg limit "$4" --arg user "$(id -u)" \
    --arg scheme "$explain_scheme" "$work/$1.err"
}

# print_cause NAME: the message that matters.
print_cause() {
  explain "$1"
  printf '%s' "$explain_cause"
}

# is_refused_again NAME: for a restic that still runs.
is_refused_again() {
  run_explain "$1" "" 1 0 >"$work/explained-again" 2>/dev/null || return 1
  [ "$(sed -n 6p "$work/explained-again")" = yes ]
}

# show_errors: restic's own words of the run that was explained.
show_errors() {
  [ ! -s "$work/explained-lines" ] || say "$(cat "$work/explained-lines")"
}

# saw_damage NAME
saw_damage() {
  [ -s "$work/$1.err" ] || return 1
  explain "$1"
  [ -n "$explain_damage" ]
}
