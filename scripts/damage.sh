# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Damage of the repository: how it is recognised, recorded in the repository itself, and what it stops.
# Inputs: $status, $work/stdout and $work/stderr as run_restic left them. Exit code: 67 the repository is damaged.

# Nothing but what shows that stored data is wrong or gone: a server that does not answer also makes restic say
# "repository contains errors". A broken lock is no damage.
damage_signs='ciphertext verification failed|invalid data returned|repository could be damaged|missing from the index'
damage_signs="$damage_signs|not found in the repository index|[0-9a-f]{64} not found in repository"
damage_signs="$damage_signs|pack [0-9a-f]+: (does not exist|unexpected file size)|contains [0-9]+ errors: "
damage_signs="$damage_signs|pack files? which are missing from the repository|packs from index missing"
damage_signs="$damage_signs|size does not match|hash mismatch|data mismatch|unexpected pack id|index is damaged|damaged pack files"

restic_saw_damage() {
  damage=
  [ -s "$work/stderr" ] || return 1
  # A file may be named like a sign.
  damage=$(messages "map(select(test(\"$damage_signs\") and (test(\"lock file\") | not))) | first // \"\" | .[:300]" \
    "$work/stderr" "$unnamed_message") || damage=
  [ -n "$damage" ]
}

# fail_or_damaged FAILED: ends the command with what restic said last.
fail_or_damaged() {
  ! restic_saw_damage || end_damaged "$1"
  fail_as_restic "$1"
}

# end_damaged WHAT: records what restic saw, once, and ends with 67.
end_damaged() {
  show_errors
  found=$damage
  say "This is damage of the repository. Looking whether that is recorded there ..."
  run_restic 0 "listing snapshots" --no-lock --json snapshots
  [ "$status" -ne 0 ] || keep_history '.'
  if [ -n "$damaged_since" ]; then
    recorded="Retention and prune are stopped since $damaged_since"
  else
    write_note damaged "Found by $report_command: $found"
    if [ "$status" -eq 0 ]; then
      recorded="Retention and prune are stopped from now on"
    else
      recorded="That could not be recorded there ($(restic_error)), so stop retention and prune by hand"
    fi
  fi
  end 67 "$1: the repository is damaged: $found. Keep all of it, and repair it as restic's manual says (Troubleshooting). $recorded; when it is repaired, run check.sh --clear-damage."
}

# warn_of_damage: for reports of commands that go on although damage is recorded.
warn_of_damage() {
  [ -z "$damaged_since" ] ||
    warn "The repository is recorded as damaged since $damaged_since: retention and prune are stopped. Repair it, then run check.sh --clear-damage."
}
