# shellcheck shell=sh disable=SC2154,SC2034 # variables shared with the others
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

# A policy that fails is a failed run: else the repository grows unseen, for weeks.
apply_retention() {
  # Whoever takes the lock between the list and the removal may change what must be removed: look again then.
  for _ in 1 2 3; do
    list_by_policy host,paths
    require_listed
    stop_at_damage
    if shrunk || [ -z "${BACKUP_RETENTION:-}" ]; then
      return 0
    fi
    # Among them, a partial snapshot would take the place of a complete one.
    if jq -e 'any(.[]; .mine and .partial)' "$work/history" >/dev/null; then
      list_by_policy host,paths,tags
    fi
    remove_by_policy || return 0
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
    # shellcheck disable=SC2086 # one rule a line, checked before
    set -- $BACKUP_RETENTION
    IFS=$old_ifs
    read_expired "$groups" "$@"
  fi
  if [ "$status" -ne 0 ]; then
    report_retention="failed"
    fail_or_damaged "Snapshot $short_id is written and safe, but the retention policy could not be applied"
  fi
  ! restic_saw_damage || end_damaged "Snapshot $short_id is written, but not all snapshots can be read"
}

require_listed() {
  jq -e --arg id "$report_snapshot" 'any(.[]; .id == $id)' "$work/history" >/dev/null ||
    end 1 "Snapshot $short_id was written, but the repository does not list it: take it that there is none."
}

# What is stored now may build on damaged data.
stop_at_damage() {
  [ -n "$damaged_since" ] || return 0
  report_retention="stopped, because the repository is damaged"
  warn_of_damage
  end 67 "Snapshot $short_id was written, but may not be restorable: the repository is recorded as damaged since $damaged_since. Retention was skipped. Repair it, then run check.sh --clear-damage."
}

shrunk() {
  [ "$BACKUP_MAX_SHRINK" -gt 0 ] || return 1
  jq -r --arg id "$report_snapshot" --argjson percent "$BACKUP_MAX_SHRINK" '
    def counts: .summary | [.total_files_processed, .total_bytes_processed];
    (.[] | select(.id == $id)) as $new
    | [.[] | select(.hostname == $new.hostname and (.paths | sort) == ($new.paths | sort) and .id != $id
        and (.partial | not) and .moment < $new.moment and .summary != null)] | last
    | if . == null then empty else [counts, ($new | counts)] | select(transpose
        | any(.[]; .[1] < .[0] * (100 - $percent) / 100)) | flatten | map(tostring) | join(" ") end' \
    "$work/history" >"$work/shrunk"
  read -r files_before bytes_before files_now bytes_now <"$work/shrunk" || return 1
  report_retention="skipped, because the source has shrunk"
  warn "The source has shrunk by more than $BACKUP_MAX_SHRINK percent, from $files_before files and $(human_bytes "$bytes_before") to $files_now files and $(human_bytes "$bytes_now"), so no older snapshot was removed: see whether something is missing."
}

# Results: $status, $kept, $removed; fails when nothing may be removed.
remove_by_policy() {
  status=0
  jq -r '.[] | select(.mine and (.kept == false or .superseded)) | .id' "$work/history" >"$work/expired"
  if grep -qx "$report_snapshot" "$work/expired"; then
    report_retention="skipped, because a clock is wrong"
    warn "By the retention policy this newest snapshot would be removed, so another one is of a date to come: look at restore.sh --list and the clocks. Nothing was removed."
    return 1
  fi
  kept=$(jq '[.[] | select(.mine and .kept and (.superseded | not))] | length' "$work/history")
  # As many as one command line surely holds; the next run removes the next.
  removed=$(head -n 5000 "$work/expired" | wc -l)
  removed=$((removed))
  [ "$removed" -gt 0 ] || return 0
  # shellcheck disable=SC2046 # ids
  remove_snapshots "removing snapshots" $(head -n 5000 "$work/expired")
}
