# shellcheck shell=sh disable=SC2154,SC2034,SC2016 # variables shared with the others, and those of jq
# Retention after a good backup: restic says what its rules would keep, and what is then removed are exactly the snapshots
# that were looked at. So the one list also shows what must keep anything from being removed: recorded damage, a shrunk
# source, a wrong clock. The rules hold for each group of the same host and paths on its own: when BACKUP_PATHS changes,
# older snapshots stay a group, of which the last ones that the rules keep are never removed. Partial snapshots take no
# place of complete ones.
#
# BACKUP_RETENTION   one --keep-… of restic a line; empty keeps everything
# BACKUP_MAX_SHRINK  percent: when a snapshot has fewer files or bytes than the last complete one of the same host and
#                    paths by more than this, nothing is removed, and the report warns; 0 is off
# Exit codes: those of restic as explain.sh says them, 67 damaged.

# What one look at the list shows: see read_judgement. Of what to remove, as many as one command line surely holds; the
# next run removes the next.
judgement='
  ($percent | tonumber) as $percent
  | def counts: .summary | [.total_files_processed, .total_bytes_processed];
  (map(select(.id == $id))[0]) as $new
  | ([.[] | select($new != null and .hostname == $new.hostname and (.paths | sort) == ($new.paths | sort) and .id != $id
      and (.partial | not) and .moment < $new.moment and .summary != null)] | last) as $old
  | $new.id // "",
    (map(select(.mine and .partial)) | length),
    (map(select(.mine and .kept and (.superseded | not))) | length),
    (if $percent == 0 or $old == null then [] else [$old, $new | counts]
      | if transpose | any(.[]; .[1] < .[0] * (100 - $percent) / 100) then flatten else [] end end
      | map(tostring) | join(" ")),
    (map(select(.mine and (.kept == false or .superseded)) | .id) | index([$id]) != null, (.[:5000] | join(" ")))'

# A policy that fails is a failed run: else the repository grows unseen, for weeks.
apply_retention() {
  # Whoever takes the lock between the list and the removal may change what must be removed: look again then.
  for _ in 1 2 3; do
    list_by_policy host,paths
    [ -n "$listed" ] || end 1 "Snapshot $short_id was written, but the repository does not list it: take it that there is none."
    stop_at_damage
    warn_if_shrunk
    if [ -n "$shrunk" ] || [ -z "${BACKUP_RETENTION:-}" ]; then
      return 0
    fi
    # Among them, a partial snapshot would take the place of a complete one.
    [ "$partial" -eq 0 ] || list_by_policy host,paths,tags
    remove_expired || return 0
    [ "$status" -eq 11 ] || break
  done
  if [ "$status" -ne 0 ]; then
    report_retention="failed"
    fail_or_damaged "Snapshot $short_id is written and safe, but the retention policy could not be applied"
  fi
  report_retention="$kept snapshots kept, $removed removed"
  say "Retention: $report_retention."
}

# list_by_policy GROUPS
list_by_policy() {
  if [ -z "${BACKUP_RETENTION:-}" ]; then
    report_retention="no policy, every snapshot is kept"
    run_restic 0 "listing snapshots" --no-lock --json snapshots
    [ "$status" -ne 0 ] || keep_history '.'
  else
    say "Applying the retention policy ..."
    groups=$1
    old_ifs=$IFS
    IFS='
'
    set -f
    # shellcheck disable=SC2086 # one rule a line, checked before
    set -- $BACKUP_RETENTION
    set +f
    IFS=$old_ifs
    read_expired "$groups" "$@"
  fi
  if [ "$status" -ne 0 ]; then
    report_retention="failed"
    fail_or_damaged "Snapshot $short_id is written and safe, but the retention policy could not be applied"
  fi
  ! restic_saw_damage || end_damaged "Snapshot $short_id is written, but not all snapshots can be read"
  read_judgement
}

# Results: $listed (the new snapshot is there), $partial (how many there are), $kept, $shrunk (files and bytes before and
# now, if that is a warning), $newest_expired (true or false), $expired (ids).
read_judgement() {
  {
    read -r _
    read -r _
    read -r listed
    read -r partial
    read -r kept
    read -r shrunk
    read -r newest_expired
    read -r expired
  } <"$work/listed"
}

# What is stored now may build on damaged data.
stop_at_damage() {
  [ -n "$damaged_since" ] || return 0
  report_retention="stopped, because the repository is damaged"
  warn_of_damage
  end 67 "Snapshot $short_id was written, but may not be restorable: the repository is recorded as damaged since $damaged_since. Retention was skipped. Repair it, then run check.sh --clear-damage."
}

warn_if_shrunk() {
  [ -n "$shrunk" ] || return 0
  # shellcheck disable=SC2086 # four numbers
  set -- $shrunk
  report_retention="skipped, because the source has shrunk"
  warn "The source has shrunk by more than $BACKUP_MAX_SHRINK percent, from $1 files and $(human_bytes "$2") to $3 files and $(human_bytes "$4"), so no older snapshot was removed: see whether something is missing."
}

# Results: $status, $removed; fails when nothing may be removed.
remove_expired() {
  status=0 removed=0
  if [ "$newest_expired" = true ]; then
    report_retention="skipped, because a clock is wrong"
    warn "By the retention policy this newest snapshot would be removed, so another one is of a date to come: look at restore.sh --list and the clocks. Nothing was removed."
    return 1
  fi
  [ -n "$expired" ] || return 0
  # shellcheck disable=SC2086 # ids
  set -- $expired
  removed=$#
  remove_snapshots "removing snapshots" "$@"
}
