# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Whether the snapshot that was written is a good one. Whatever is not is marked before the command ends: a restore, the
# keep rules and the next guard must not take it for complete.
# Exit codes: 3 files could not be read · 65 it holds less than the guards demand · 67 damage · 75 the source changed ·
#   1 that is not known, or an object of the repository could not be read · 130 stopped by a signal.

judge_snapshot() {
  # A signal that comes meanwhile ends the command when the snapshot is judged and marked.
  run_goes_on=yes
  judge_words
  [ -z "$judge_unread" ] || mark_early
  find_changes
  find_bad_contents "$judge_changed"
  if [ -n "$judge_unread$judge_changes$contents_refusal$contents_unknown" ]; then
    report_retention="skipped, because the snapshot is not complete"
    mark_partial
  fi
  run_goes_on=
  end_if_bad
  unmark_complete
  stop_if_asked "Snapshot $snapshot_short was written and holds $snapshot_contents. Retention was not applied."
}

end_if_bad() {
  if [ -n "$judge_damage" ]; then
    report_retention="stopped, because the repository is damaged"
    end_damaged "$judge_damage" "Snapshot $snapshot_short was written, but may not be restorable, and retention was skipped"
  fi
  judge_marked="It is marked as partial, and retention was skipped"
  [ -n "$snapshot_partial" ] || judge_marked="Retention was skipped"
  [ -z "$contents_refusal" ] ||
    end 65 "Snapshot $snapshot_short $contents_refusal. $judge_marked. See what is missing in the source."
  [ -z "$judge_unread" ] ||
    end 3 "Snapshot $snapshot_short was written, but is not complete: $judge_unread. $judge_marked. Make it readable for user $(id -u), or leave it out with BACKUP_EXCLUDES."
  [ -z "$judge_changes" ] ||
    end 75 "The source changed while it was read ($judge_changes), so snapshot $snapshot_short may hold half-written files. $judge_marked. The next try may find the source at rest; if it never is, set guards.acceptChanges: true (BACKUP_ACCEPT_CHANGES=yes)."
  [ -z "$contents_unknown" ] ||
    fail contents "Snapshot $snapshot_short was written, but what it holds of $BACKUP_PATH could not be listed. $judge_marked"
  [ -z "$judge_object" ] || end_unread_object
}

# end_unread_object: restic read all files anew, because it could not look at those of the snapshot before.
end_unread_object() {
  report_retention="skipped, because an object of the repository could not be read"
  end 1 "Snapshot $snapshot_short holds all files, but an object of the repository could not be read: $judge_object. As long as it cannot, what the snapshot shares with older ones may not be restorable. $judge_marked. $judge_hint"
}

# judge_words reads what restic said, whatever its exit code. Results: $judge_unread, what could not be read;
# $judge_damage, the run in which damage was seen.
judge_words() {
  judge_unread='' judge_object='' judge_damage=$snapshot_damage
  if [ ! -s "$work/backup.err" ]; then
    ended backup 0 || judge_unread="restic does not say what it could not read"
    return 0
  fi
  explain backup
  [ -z "$explain_damage" ] || judge_damage=backup
  if ended backup 0; then
    if [ -n "$explain_unclean$explain_damage" ]; then
      show_errors
    fi
    [ -z "$explain_unclean" ] || [ -n "$explain_damage" ] || warn "restic ended well, but says: $explain_unclean. $explain_hint"
    return 0
  fi
  show_errors
  if [ "$explain_attributes" = yes ]; then
    warn "The contents of all files are in the snapshot, but attributes of $(count "$explain_attributes_count" "file or directory" "files or directories") could not be read, for example: $explain_cause."
  else
    find_unread
  fi
}

# find_unread. Results: $judge_unread, and $judge_object, what restic says of an object of the repository that it could
# not read, with $judge_hint: it reads all files then. Where that is damage, nobody knows what it has read.
find_unread() {
  judge_hint=$explain_hint
  run_jq unread-files -Rrs "$work/backup.err" >"$work/unread" || echo "some files could not be read" >"$work/unread"
  {
    IFS= read -r judge_unread
    IFS= read -r judge_object
  } <"$work/unread" || :
  [ -z "$judge_damage" ] || judge_unread=${judge_unread:-$judge_object}
}

# find_changes looks at the source once more. What restic leaves out may change, so that where something has changed,
# restic itself is asked whether it would back up anything now. Results: $judge_changed, yes if anything has changed,
# $judge_changes, what has changed of that which is backed up.
find_changes() {
  judge_changed='' judge_changes='' judge_mark=$source_mark
  scan_source
  if [ -s "$work/unfinished" ]; then
    judge_changed=yes judge_changes="a restore has begun to move its files into it, and a part of it is in $(cat "$work/unfinished")"
    return 0
  fi
  [ "$source_mark" != "$judge_mark" ] || return 0
  judge_changed=yes
  [ -z "$BACKUP_ACCEPT_CHANGES" ] || return 0
  if [ -n "$life_signal" ]; then
    judge_changes="what has changed was not looked at, because SIG$life_signal came"
    return 0
  fi
  say "Files changed during the backup. Asking restic which of them are in the snapshot ..."
  back_up_selection changes "comparing the source with the snapshot" --dry-run --parent "$report_snapshot"
  if ended changes 0 || ended changes 3; then
    tail -n 1 "$work/changes.out" >"$work/summary"
    judge_changes=$(run_jq changes -Rrn --argjson files "$report_files" "$work/summary") || judge_changes="restic does not say how"
  else
    judge_changes="restic could not compare it with the snapshot: $(print_cause changes)"
  fi
}
