# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Lists the snapshots, and shows those that can be restored. restic lists what it can read, ends with 0, and names on
# stderr what it cannot read.
# Inputs: those of snapshots.sh. Results: those, and $restorable_blind.
# Exit codes: 1, 10, 11, 12 as restic; 1 and 67 the list is not complete.

# What cannot be read, in words, empty if the list is complete.
restorable_blind=

list_restorable() {
  say "Reading the list of snapshots in $repository_shown ..."
  read_list
  ended list 0 || fail list "The snapshots cannot be listed, so nothing was restored"
  [ ! -s "$work/list.err" ] || find_unlisted
  warn_of_damage
}

find_unlisted() {
  explain list
  [ -n "$explain_damage$explain_unclean" ] || return 0
  restorable_blind=$(run_jq unread-snapshots -Rrs "$work/list.err")
  restorable_blind="Some snapshots cannot be read${restorable_blind:+: $restorable_blind}"
}

# print_snapshots: a table of all that can be restored; where nothing can, what there is of other paths.
print_snapshots() {
  run_jq snapshot-table -rn --arg path "$BACKUP_PATH" --argjson now "$(date +%s)" "$work/list.json" >"$work/table"
  if [ -s "$work/table" ]; then
    cat "$work/table" 2>/dev/null || :
  else
    say "There is no snapshot of $BACKUP_PATH in $repository_shown."
    run_jq other-paths -rn --arg path "$BACKUP_PATH" "$work/list.json" >"$work/other-paths"
    cat "$work/other-paths" 2>/dev/null || :
  fi
}

# end_with_list: --list.
end_with_list() {
  print_snapshots
  [ -z "$restorable_blind" ] || require_clean list "$restorable_blind, so the list above is not complete"
  restorable=$(wc -l <"$work/table")
  [ "$restorable" -eq 0 ] || restorable=$((restorable - 1))
  end 0 "$(count "$restorable" snapshot snapshots) of $BACKUP_PATH can be restored."
}
