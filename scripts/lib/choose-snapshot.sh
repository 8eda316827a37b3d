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

# choose_snapshot leaves exactly one, and what it holds, or ends the command.
choose_snapshot() {
  [ -z "$choose_until" ] || say "Looking for the newest snapshot until $(local_time "$choose_until") ..."
  : >"$work/altered" && : >"$work/elsewhere"
  take_snapshot
  while ! is_asked_by_id; do
    if [ -n "$manifest_elsewhere" ]; then
      say "It was made with a relative path, so an older one is taken."
      echo "$report_snapshot" >>"$work/elsewhere"
    elif [ -n "$manifest_was" ] && [ -n "$chosen_copied" ]; then
      say "So something has altered it, and an older one is taken."
      echo "$report_snapshot" >>"$work/altered"
      # A repair may have altered thousands, of which each costs an opening of the repository.
      [ "$(wc -l <"$work/altered")" -lt 10 ] || choose_untouched=yes
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
    --argjson now "$(date +%s)" --rawfile altered "$work/altered" --rawfile elsewhere "$work/elsewhere" \
    --arg untouched "$choose_untouched" "$work/list.json" >"$work/chosen"
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
    read -r fail_way_out
  } <"$work/chosen"
  refuse_if_blind
  refuse_none_and_many
  read_manifest
}
