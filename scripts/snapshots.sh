# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # variables shared with the others, and those of jq
# Finds the snapshot that an operator means. Partial ones, of which files are missing, are restored by their id only.
# Inputs: BACKUP_HOST, BACKUP_PATH, TZ, $work. Results: $work/snapshots (all that could be restored, oldest first),
# and $snapshot, a full id. Exit codes: 1 cannot be listed, 10, 11, 12 as restic, 64 not a name of a snapshot, 65 no match.

snapshot=

# Those of this path, whichever host; `mine` tells those of this host.
list_snapshots() {
  read_history
  jq -c --arg path "$BACKUP_PATH" 'map(select(.paths | index([$path])))' "$work/history" >"$work/snapshots"
  warn_of_damage
}

# understand_wanted ARGUMENT: a problem for `refuse_bad_settings` if it can be no snapshot.
understand_wanted() {
  wanted=$1 until=
  case $wanted in
    latest | --list) ;;
    *[!0-9a-f]* | ??? | ?? | ?)
      until=$(last_second "$wanted") || problem "\"$wanted\" is no snapshot: give nothing for the newest one, the beginning of an id (4 letters or more), or a time such as 2026-11-20, \"2026-11-20 23:59\" or 2026-11-20T23:59:00Z; --help says more."
      ;;
  esac
}

choose_snapshot() {
  if [ "$wanted" = latest ]; then
    choose 'map(select(.mine and (.partial | not))) | .[-1:]'
  elif [ -n "$until" ]; then
    say "Looking for the newest snapshot until $(local_time "$until") ..."
    choose 'map(select(.mine and (.partial | not) and .moment[0] <= ($until | tonumber))) | .[-1:]'
  else
    choose 'map(select(.id | startswith($wanted)))'
  fi
}

# choose FILTER: exactly one, or none.
choose() {
  chosen=$(jq -r --arg wanted "$wanted" --arg until "$until" "$1 | map(.id) | join(\" \")" "$work/snapshots")
  case $chosen in
    *" "*) end 65 "Several snapshots begin with $wanted: $chosen. Give more letters." ;;
    '')
      print_snapshots
      end 65 "No complete snapshot matches, so nothing was restored. Above is what there is of $BACKUP_PATH: give one of these ids."
      ;;
  esac
  snapshot=$chosen
}

# last_second TIME: the last moment that TIME can mean, in seconds since 1970: a day lasts until its end.
last_second() {
  case $1 in
    *Z) zone=UTC0 plain=${1%Z} ;;
    *) zone=${TZ:-UTC0} plain=$1 ;;
  esac
  day=${plain%%[T ]*}
  case $plain in
    ????-??-??) clock=23:59:59 ;;
    ????-??-??[T\ ]??:??) clock=${plain#???????????}:59 ;;
    ????-??-??[T\ ]??:??:??) clock=${plain#???????????} ;;
    *) return 1 ;;
  esac
  case $day$clock in
    *[!-:0-9]*) return 1 ;;
  esac
  second=$(TZ=$zone date -d "$day $clock" +%s 2>/dev/null) || return 1
  # busybox makes 3 March of 31 February.
  [ "$(TZ=$zone date -d "@$second" '+%Y-%m-%d %H:%M:%S')" = "$day $clock" ] || return 1
  printf '%s' "$second"
}

# A table, oldest first, of what can be restored.
print_snapshots() {
  jq -r --arg path "$BACKUP_PATH" '.[] | [.id[:8], .moment[0], .summary.total_files_processed // -1, .summary.total_bytes_processed // -1, .hostname,
      if .partial then "partial" else "complete" end, (.paths - [$path] | join(", "))] | map(tostring) | join(" ")' "$work/snapshots" >"$work/rows"
  if [ ! -s "$work/rows" ]; then
    say "There is no snapshot of $BACKUP_PATH in $RESTIC_REPOSITORY."
    return
  fi
  say "ID        TIME                         FILES        SIZE  HOST"
  while read -r id second files bytes host whole further; do
    say "$(printf '%-8s  %-24s %9s %11s  %s' "$id" "$(local_time "$second")" "$(known "$files")" \
      "$([ "$bytes" -lt 0 ] || human_bytes "$bytes")" "$host")$([ "$whole" = complete ] || printf '  partial: files are missing')${further:+  also $further}"
  done <"$work/rows"
}

known() {
  [ "$1" -lt 0 ] || printf '%s' "$1"
}
