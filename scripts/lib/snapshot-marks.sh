# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Marks a snapshot as partial, so that restore.sh does not take it for a good one, and takes the mark away. A signal
# does not reach the marking: the mark is what counts.
# Results: $report_snapshot, $snapshot_short, $snapshot_names and $snapshot_partial, because a marked snapshot has another id.

# mark_partial marks what turned out not to be complete.
mark_partial() {
  [ -z "$snapshot_partial" ] || return 0
  if change_tag --add; then
    snapshot_partial=yes
  else
    warn "Snapshot $snapshot_short could not be marked as partial ($marks_problem), so restore.sh takes it for complete. Mark it by hand: restic tag --add partial $snapshot_short"
  fi
}

# unmark_complete: what may not be read is left out by BACKUP_EXCLUDES, for example.
unmark_complete() {
  [ -n "$snapshot_partial" ] || return 0
  if change_tag --remove; then
    snapshot_partial=
  else
    end_marked "Snapshot $snapshot_short is complete, but still marked as partial, so restore.sh passes it over and retention was skipped"
  fi
}

# end_marked WHAT: a night whose only snapshot counts for nothing is not green.
end_marked() {
  ended tag 0 || fail tag "$1"
  end 1 "$1: $marks_problem. Take the mark away by hand: restic tag --remove partial $snapshot_short"
}

# mark_early marks what is not complete as soon as that is known, so that a kill meanwhile cannot leave it looking so.
# Where that fails, mark_partial says it in the end.
mark_early() {
  [ -n "$snapshot_partial" ] || ! change_tag --add || snapshot_partial=yes
}

# change_tag OPTION: restic writes a copy of the snapshot, and removes the old one. It ends with 0 even where it does
# neither, so the list shows what it did. Results: $marks_problem, why nothing was marked.
change_tag() {
  marks_went_on=$run_goes_on
  run_goes_on=yes life_spared=yes
  marks_also=
  # What restic then keeps as the snapshot's original says that nothing but its tags was changed; see looked.jq.
  [ "$1" = --add ] || marks_also=--add=whole:$(printf '%.16s' "$report_snapshot")
  restic_locked tag "marking the snapshot" tag "$1" partial ${marks_also:+"$marks_also"} "$report_snapshot"
  read_list
  run_goes_on=$marks_went_on life_spared=''
  if ! ended list 0; then
    marks_problem="the list of snapshots cannot be read: $(print_cause list)"
    return 1
  fi
  marks_copy=$(run_jq copy-of -r --arg id "$report_snapshot" --arg change "$1" "$work/list.json") || marks_copy=
  if [ -z "$marks_copy" ]; then
    marks_problem=$(print_cause tag)
    return 1
  fi
  report_snapshot=$marks_copy
  snapshot_short=$(printf '%.8s' "$marks_copy")
  snapshot_names="$marks_copy $snapshot_names"
  say "The snapshot has the id $snapshot_short now."
}
