# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Ends a restore for which no single snapshot can be taken, and says what there is instead.
# Inputs: $choose_wanted, $choose_until, the results of list-restorable.sh and of choose-snapshot.jq, $work/altered and
# $work/elsewhere (ids that were looked at, one a line). Exit codes: those of choose-snapshot.sh.

# is_asked_by_id: whoever gives an id has seen the list, and gets what it names.
is_asked_by_id() {
  [ "$choose_wanted" != latest ] && [ -z "$choose_until" ]
}

# refuse_if_blind: the newest snapshot may be one that restic could not read.
refuse_if_blind() {
  [ -n "$restorable_blind" ] || return 0
  if is_asked_by_id; then
    refuse_unread
    warn "$restorable_blind. The list of snapshots is not complete."
    return 0
  fi
  choose_words="Nothing was restored. $restorable_blind, and one of them may be what you want. "
  if [ -n "$report_snapshot" ]; then
    choose_words="${choose_words}The newest complete one that can be read is of $chosen_time, $chosen_age. To restore that one, run: restore.sh $chosen_short"
  else
    choose_words="${choose_words}None that can be read is complete; restore.sh --list shows them"
  fi
  report_snapshot=
  require_clean list "$choose_words"
}

# refuse_unread: what is asked for may be one of those that cannot be read.
refuse_unread() {
  [ -z "$report_snapshot" ] || return 0
  choose_unread=$(run_jq unread-snapshots -Rrs "$work/list.err")
  for choose_short in $(printf '%s' "$choose_unread" | tr -d ,); do
    case $choose_wanted:$choose_short in
      "$choose_short"*:* | *:"$choose_wanted"*)
        require_clean list "Nothing was restored, because snapshot $choose_short cannot be read; another one of restore.sh --list may be whole"
        ;;
    esac
  done
}

# refuse_none_and_many: all that may be taken without being asked for by its id has been looked at.
refuse_none_and_many() {
  case $report_snapshot in
    *" "*)
      choose_ids=$report_snapshot report_snapshot=
      end 65 "Several snapshots begin with $choose_wanted: $choose_ids. Nothing was restored. Give more letters."
      ;;
    '')
      ! is_asked_by_id || refuse_unknown_id
      print_snapshots
      choose_altered=$(print_looked_at altered) choose_elsewhere=$(print_looked_at elsewhere)
      choose_words="No complete snapshot matches, so nothing was restored.${choose_altered:+ Something has altered $choose_altered since, and files are missing.}${choose_elsewhere:+ With a relative path, somebody made $choose_elsewhere: restic restore ID --target /an/empty/directory brings back what one holds.}${chosen_flaw:+ $chosen_flaw}"
      end 65 "$choose_words$(print_what_is_above ": give one of these ids")"
      ;;
  esac
}

# print_what_is_above [WORDS]
print_what_is_above() {
  if [ -s "$work/table" ]; then
    printf ' Above is what there is of %s%s.' "$BACKUP_PATH" "${1:-}"
  elif [ -s "$work/other-paths" ]; then
    printf ' There is no snapshot of %s. Above is what there is of other paths, and how it is restored.' "$BACKUP_PATH"
  else
    printf ' There is no snapshot of %s, or of any other path.' "$BACKUP_PATH"
  fi
}

# print_looked_at NAME: the first ones that were looked at, which are the newest, and how many there are.
print_looked_at() {
  choose_count=$(wc -l <"$work/$1")
  [ "$choose_count" -gt 0 ] || return 0
  choose_ids=$(head -n 10 "$work/$1" | cut -c 1-8)
  # shellcheck disable=SC2086 # words
  printf '%s (%s' "$(count "$choose_count" snapshot snapshots)" "$(echo $choose_ids | sed 's/ /, /g')"
  [ "$choose_count" -le 10 ] || printf ' and %s above' "$(count $((choose_count - 10)) "older one" "older ones")"
  printf ')'
}

# refuse_unknown_id: it may be that of another path, from before BACKUP_PATH was changed; or be meant as a day.
refuse_unknown_id() {
  choose_words=$(run_jq of-other-path -rn --arg path "$BACKUP_PATH" --arg wanted "$choose_wanted" "$work/list.json")
  [ -z "$choose_words" ] || end 65 "Nothing was restored. $choose_words"
  print_snapshots
  choose_words=$(run_jq day-in-digits -rn --arg words "$choose_wanted")
  end 65 "There is no snapshot with an id that begins with $choose_wanted, so nothing was restored.$choose_words$(print_what_is_above)"
}
