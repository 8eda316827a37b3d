# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # variables shared with the others, and those of jq
# What the repository itself remembers, so that it survives every pod: its snapshots, and notes among them. A note is a
# snapshot of one small file /restic-backup-KIND. It is added like any snapshot, which append-only servers allow too:
#   KIND damaged: damage was found; retention and prune stop until a note `cleared` with the tag clears:ID is there
#   KIND checked: check.sh has checked one more part of the repository; the tag run:N counts them
# Inputs: BACKUP_HOST, BACKUP_PATH, $work. Results: $work/history, a JSON array of all snapshots, oldest first, with
# moment, partial, mine (of this host and path) and kept (by the retention policy); $damaged_since, $damage_notes.
# Exit codes: 1 cannot be listed, 10, 11, 12 as restic, 67 damaged.

damaged_since=
damage_notes=
# jq: what a command wants to know of the history besides, from the third line of $work/listed on, found in the same call:
# jq takes longer to start than to read this. Of its variables are $id, the command's snapshot, and $percent,
# BACKUP_MAX_SHRINK.
judgement=empty

read_history() {
  # Without a lock: reading the list needs none, and an operator in need should not wait for one.
  run_restic 0 "listing snapshots" --no-lock --json snapshots
  [ "$status" -eq 0 ] || fail_or_damaged "The snapshots cannot be listed"
  keep_history '.'
}

# read_expired GROUPS RULE…: the same with what the rules would keep. It waits for the lock, as what comes after it must.
read_expired() {
  groups=$1
  shift
  restic_locked "listing snapshots" --json forget --dry-run --group-by "$groups" "$@"
  [ "$status" -ne 0 ] || keep_history 'map((.keep // [] | map(.kept = true)) + (.remove // [] | map(.kept = false))) | add // []'
}

# keep_history FILTER: makes $work/history of what restic listed. Times are compared as moments, whatever the offset
# that they were written with. Killed between its two steps, `restic tag` leaves the snapshot twice: with the tag, and
# as the `original` without it, which is as partial as the other.
keep_history() {
  # In UTC, because jq 1.6 takes the local daylight saving time for part of the moment:
  # https://github.com/jqlang/jq/issues/2001
  TZ=UTC0 jq -rn --arg host "$BACKUP_HOST" --arg path "${BACKUP_PATH:-}" --arg id "$report_snapshot" \
    --arg percent "${BACKUP_MAX_SHRINK:-0}" '
    def moment: capture("^(?<date>.{19})(?<fraction>\\.[0-9]+)?(?<offset>Z|[-+][0-9:]+)$")
      | [(.date + "Z" | fromdateiso8601) - (.offset | if . == "Z" then 0 else
          (if .[:1] == "-" then -60 else 60 end) * ((.[1:3] | tonumber) * 60 + (.[4:6] | tonumber)) end),
        ("0" + (.fraction // "") | tonumber)];
    (input? // []) | '"$1"'
    | map({id, hostname, paths, tags: (.tags // []), original, summary, kept, time, moment: (.time | moment),
        mine: (.hostname == $host and (.paths | index([$path]) != null))})
    | ([.[] | select(.tags | index(["partial"])) | .original // empty]) as $copied
    | map(.superseded = (.id as $id | $copied | index([$id]) != null)
        | .partial = (.superseded or (.tags | index(["partial"]) != null)))
    | sort_by(.moment)
    | ([.[] | select(.tags | index(["restic-backup-cleared"])) | .tags[] | select(startswith("clears:"))[7:]]) as $cleared
    | (map(select((.tags | index(["restic-backup-damaged"])) and (.id as $id | $cleared | index([$id]) | not)))
        | (.[0].moment[0] // ""), (map(.id) | join(" "))), ('"$judgement"'), tojson' "$work/stdout" >"$work/listed"
  tail -n 1 "$work/listed" >"$work/history"
  {
    read -r damaged_since
    read -r damage_notes
  } <"$work/listed"
  [ -z "$damaged_since" ] || damaged_since=$(local_time "$damaged_since")
}

# write_note KIND TEXT TAG…: adds a note. Results: $status.
write_note() {
  note_kind=$1 note_text=$2
  shift 2
  for tag in "$@"; do
    shift
    set -- "$@" --tag "$tag"
  done
  # --force, because looking for a parent fails at a damaged snapshot.
  restic_locked "recording it in the repository" --json backup --force --host "$BACKUP_HOST" --tag "restic-backup-$note_kind" "$@" \
    --stdin-filename "restic-backup-$note_kind" --stdin-from-command -- printf '%s\n' "$note_text"
}

# remove_snapshots DOING ID…: where nothing may be removed, on append-only servers, restic before 0.19 ends with 0.
# Results: $status, not 0 if any is left.
remove_snapshots() {
  removing=$1
  shift
  run_restic 0 "$removing" --retry-lock=0s forget "$@"
  if [ "$status" -eq 0 ] && [ -s "$work/stderr" ] && grep -q "unable to remove" "$work/stderr"; then
    status=3
  fi
}

local_time() {
  date -d "@$1" '+%Y-%m-%d %H:%M:%S %Z'
}
