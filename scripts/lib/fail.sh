# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set
# Ends a command as a run of restic asks for, and records damage in the repository itself, where it stops retention and
# prune until a human clears it.
# Exit codes: 1 failed, 10 no repository, 11 locked, 12 wrong password, 64 a setting that restic does not understand, 67
# the repository is damaged.

# What else may help where the repository is damaged, in sentences: a command knows that.
fail_way_out=

# fail NAME WHAT: ends the command for a run that failed. WHAT says what that means, for example "Nothing was pruned".
fail() {
  explain "$1"
  [ -z "$explain_damage" ] || end_damaged "$1" "$2"
  fail_unharmed "$1" "$2"
}

# fail_unharmed NAME WHAT: the same where damage is not recorded, for example because there is no repository yet.
fail_unharmed() {
  require_room "$run_doing"
  explain "$1"
  show_errors
  status_of "$1"
  [ "$explain_kind" != setting ] || end 64 "$2: restic does not understand a setting: $explain_cause. $explain_hint"
  case $run_status in
    10)
      end_if_config_lost "$2"
      end_without_repository "$2"
      ;;
    11) end 11 "$2: the repository is locked. $locks_holders Try again when that lock is gone." ;;
    12)
      end_if_keys_lost "$1" "$2"
      end 12 "$2: wrong password. The repository at $repository_shown was made with another one than ${RESTIC_PASSWORD_FILE:-RESTIC_PASSWORD} holds. Put the old password back. If it was never changed, look whether anything is left under keys/ there."
      ;;
    137) end 1 "$2: restic was killed, most likely because the memory limit is too small. Raise it." ;;
    *) end 1 "$2: $explain_cause. $explain_hint" ;;
  esac
}

# require_clean NAME WHAT: for a run that ended with 0. restic ends well, for example, when it could not read a snapshot
# that it should list, and says so on stderr only.
require_clean() {
  [ -s "$work/$1.err" ] || return 0
  explain "$1"
  [ -z "$explain_damage" ] || end_damaged "$1" "$2"
  [ -n "$explain_unclean" ] || return 0
  show_errors
  end 1 "$2: restic ended well, but says: $explain_unclean. So its result is not complete. $explain_hint"
}

# require_list WHAT: the list of snapshots, whole, or the end of the command.
require_list() {
  read_list
  ended list 0 || fail list "$1"
  require_clean list "$1"
}

# end_damaged NAME WHAT: records what restic saw, once, and ends with 67.
end_damaged() {
  record_damage "$1"
  end 67 "$2: the repository is damaged: $fail_damage.${fail_way_out:+ $fail_way_out} Keep all of the repository, and repair it as restic's manual says (Troubleshooting). $fail_recorded; when it is repaired, run check.sh --clear-damage."
}

# record_damage NAME. Results: $fail_damage, $fail_recorded.
record_damage() {
  explain "$1"
  show_errors
  fail_damage=$explain_damage
  say "This is damage of the repository. Looking whether that is recorded there ..."
  # A signal ends the command when it is recorded.
  run_goes_on=yes life_spared=yes
  if [ "$1" != list ]; then
    read_list
  elif ended list 0; then
    understand_list
  fi
  life_spared=
  if [ -n "$list_damaged_since" ]; then
    fail_recorded="Retention and prune are stopped since $(local_time "$list_damaged_since")"
    return 0
  fi
  note_damage "Found by $report_command: $fail_damage"
  if ended note 0; then
    fail_recorded="Retention and prune are stopped from now on"
  else
    fail_recorded="That could not be recorded there ($(print_cause note)), so stop retention and prune by hand"
  fi
}

# note_damage TEXT: without a signal, it may wait for a lock.
note_damage() {
  [ -n "$life_signal" ] || ask_repository_id
  set -- "$1" ${report_repository_id:+"repository:$report_repository_id"}
  if [ -z "$life_signal" ]; then
    write_note damaged "$@"
    if ended note 0 || [ -z "$life_signal" ]; then
      return 0
    fi
  fi
  note_at_the_end damaged "$@"
}

# warn_of_damage: for commands that go on although damage is recorded.
warn_of_damage() {
  [ -z "$list_damaged_since" ] ||
    warn "The repository is recorded as damaged since $(local_time "$list_damaged_since"): retention and prune are stopped. Repair it, then run check.sh --clear-damage."
}
