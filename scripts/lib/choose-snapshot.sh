# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Finds the snapshot that an operator means. Without an id, only one is taken with which nothing is known to be wrong:
# not partial, not altered by a repair, not dated in the future, not made with a relative path.
# Inputs: BACKUP_HOST, BACKUP_PATH, TZ, the results of list-restorable.sh.
# Results: $report_snapshot, the full id, and the variables below.
# Exit codes: 1 and 67 the list is not complete, 64 names no snapshot, 65 no match.

# The beginning of the id; when the snapshot was begun, in words; how old it is, in words; on which host; and yes, if
# something has written it anew since, which changed its tags, or what it holds, and it is not known to be whole.
chosen_short=
chosen_time=
chosen_age=
chosen_host=
chosen_copied=
# Why it is not what one would want; and yes, if that means that files are missing in it.
chosen_flaw=
chosen_incomplete=
# What restic counted when it made the snapshot, of so many paths; empty where that is not known.
chosen_files=
chosen_bytes=
chosen_directories=
chosen_paths=0

choose_wanted=latest
choose_until=
choose_altered=
choose_elsewhere=
choose_untouched=

# understand_wanted ARGUMENT: what is wanted, or a problem for refuse_bad_settings.
understand_wanted() {
  choose_wanted=$1
  case $choose_wanted in
    latest | --list) ;;
    *[!0-9a-f]* | ??? | ?? | ? | '')
      choose_until=$(run_jq last-moment -rn --arg words "$choose_wanted") || choose_until=
      [ -n "$choose_until" ] ||
        problem "\"$choose_wanted\" is no snapshot. Give nothing for the newest one, the beginning of an id (4 letters or more), or a time such as 2026-11-20, \"2026-11-20 23:59\" or 2026-11-20T23:59:00+01:00; --help says more."
      ;;
  esac
}

# is_asked_by_id: whoever gives an id has seen the list, and gets what it names.
is_asked_by_id() {
  [ "$choose_wanted" != latest ] && [ -z "$choose_until" ]
}

# choose_snapshot leaves exactly one, and what it holds, or ends the command.
choose_snapshot() {
  [ -z "$choose_until" ] || say "Looking for the newest snapshot until $(local_time "$choose_until") ..."
  take_snapshot
  while ! is_asked_by_id; do
    if [ -n "$manifest_elsewhere" ]; then
      say "It was made with a relative path, so an older one is taken."
      choose_elsewhere="$choose_elsewhere${choose_elsewhere:+ }$report_snapshot"
    elif [ -n "$manifest_was" ] && [ -n "$chosen_copied" ]; then
      say "So something has altered it, and an older one is taken."
      # A repair may have altered thousands, of which each costs an opening of the repository.
      choose_altered="$choose_altered${choose_altered:+ }$report_snapshot"
      [ ${#choose_altered} -lt 600 ] || choose_untouched=yes
    else
      break
    fi
    take_snapshot
  done
  require_files
  tell_flaws
}

take_snapshot() {
  run_jq choose-snapshot -rn --arg path "$BACKUP_PATH" --arg wanted "$choose_wanted" --arg until "$choose_until" \
    --argjson now "$(date +%s)" --arg altered "$choose_altered" --arg elsewhere "$choose_elsewhere" --arg untouched "$choose_untouched" \
    "$work/list.json" >"$work/chosen"
  {
    read -r report_snapshot
    read -r chosen_short
    read -r chosen_time
    read -r chosen_age
    read -r chosen_host
    read -r chosen_copied
    read -r chosen_flaw
    read -r chosen_incomplete
    read -r choose_passed_over
    read -r chosen_files
    read -r chosen_bytes
    read -r chosen_directories
    read -r chosen_paths
  } <"$work/chosen"
  refuse_if_blind
  refuse_none_and_many
  read_manifest
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

refuse_none_and_many() {
  case $report_snapshot in
    *" "*)
      choose_ids=$report_snapshot report_snapshot=
      end 65 "Several snapshots begin with $choose_wanted: $choose_ids. Nothing was restored. Give more letters."
      ;;
    '')
      print_snapshots
      end 65 "No complete snapshot matches, so nothing was restored.${choose_altered:+ Files are missing in some that were altered since they were made: $choose_altered.}${choose_elsewhere:+ Some were made with a relative path, and restic restore ID --target /an/empty/directory brings back what they hold: $choose_elsewhere.}${chosen_flaw:+ $chosen_flaw} Above is what there is of $BACKUP_PATH: give one of these ids."
      ;;
  esac
}
