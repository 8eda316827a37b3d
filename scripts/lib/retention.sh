# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set
# Retention after a good backup: the list of snapshots is read and judged (expire.jq), and what is then removed are
# exactly the snapshots that were looked at.
#
# BACKUP_RETENTION   one --keep-… of restic a line; empty keeps everything
# BACKUP_MAX_SHRINK  percent: snapshots that hold more files or bytes than the new one by more than this are never
#                    removed, and each report warns, until backup.sh --accept-shrink; 0 is off. See also emptied-paths.sh
# Exit codes: those of fail, 64 bad settings, 67 damaged.

# check_retention: a rule that is no rule of `restic forget` could remove more than was meant.
check_retention() {
  check_number BACKUP_MAX_SHRINK "${BACKUP_MAX_SHRINK:=0}" percent
  case $BACKUP_MAX_SHRINK in
    ??? | ????*) problem "BACKUP_MAX_SHRINK: $BACKUP_MAX_SHRINK percent can never be exceeded. Use 1 to 99, or 0 for no guard." ;;
  esac
  check_text BACKUP_RETENTION "${BACKUP_RETENTION:-}"
  [ -n "$work" ] || return 0
  retention_problem=$(run_jq check-rules -rn --arg rules "${BACKUP_RETENTION:-}") ||
    retention_problem="it cannot be understood"
  [ -z "$retention_problem" ] || problem "BACKUP_RETENTION: $retention_problem. Write one rule a line, for example --keep-daily=7."
}

# accept_shrink: a human says that the source is as it should be.
accept_shrink() {
  note_of_snapshot accepted "The size of this snapshot was accepted" write_note
  ended note 0 || fail note "Snapshot $snapshot_short is written and safe, but that its size is accepted could not be recorded"
}

# apply_retention: a policy that fails is a failed run, or the repository grows unseen for weeks.
apply_retention() {
  report_retention=failed
  # Whoever takes the lock between the list and the removal may change what must be removed, so the list is read again.
  for retention_try in 1 2 3; do
    list_snapshots
    ended list 0 || fail_retention list
    require_clean list "Snapshot $snapshot_short is written and safe, but not all snapshots can be read, so the retention policy was not applied"
    judge_list
    [ -n "$retention_listed" ] || end 1 "Snapshot $snapshot_short was written, but the repository does not list it, so it may not be there. Run this again."
    stop_at_damage
    [ -n "$retention_ids" ] || break
    say "Removing $(count "$retention_removed" snapshot snapshots) by the retention policy ..."
    # shellcheck disable=SC2086 # ids
    remove_snapshots "removing snapshots" $retention_ids $retention_spent_notes
    [ -n "$list_not_removed" ] || break
    if [ "$retention_try" -eq 3 ] || ! ended remove 11; then fail_retention remove; fi
    wait_for_lock
    ended wait 0 || fail_retention wait
  done
  [ -z "$retention_ids" ] || require_clean remove "Snapshot $snapshot_short is written and safe, and expired snapshots were removed"
  report_retention=$(print_retention)
  [ -z "$retention_warnings" ] || warn "$retention_warnings"
  say "Retention: $report_retention."
}

fail_retention() {
  fail "$1" "Snapshot $snapshot_short is written and safe, but the retention policy could not be applied"
}

# judge_list. Results: retention_… as judge-retention.jq names its lines.
judge_list() {
  take_judgement
  ! knows_repository_now || take_judgement
}

take_judgement() {
  run_jq judge-retention -rn --arg host "$BACKUP_HOST" --arg path "$BACKUP_PATH" --argjson now "$(date +%s)" \
    --arg rules "${BACKUP_RETENTION:-}" --arg names "$snapshot_names" --arg percent "$BACKUP_MAX_SHRINK" \
    --arg job "${BACKUP_JOB:-}" --arg repository "$report_repository_id" \
    "$work/list.out" >"$work/judged" || end_unjudged
  require_room "applying the retention policy"
  {
    read -r list_damaged_since
    read -r list_damage_notes
    read -r retention_listed
    read -r retention_kept
    read -r retention_removed
    read -r retention_left
    read -r retention_held
    read -r retention_shrunk
    read -r retention_warnings
    read -r retention_ids
    read -r retention_spent_notes
  } <"$work/judged" || end_unjudged
}

end_unjudged() {
  require_room "applying the retention policy"
  end 1 "Snapshot $snapshot_short is written and safe, but restic's list of snapshots could not be judged, so nothing was removed. Look at the lines above."
}

print_retention() {
  retention_more=
  [ "$retention_left" -eq 0 ] || retention_more="; $retention_left more are removed by the next runs"
  case $retention_held in
    clock) echo "skipped, because a clock is wrong" ;;
    pause) echo "skipped for a week after a pause, or after a clock jumped" ;;
    *)
      if [ -z "${BACKUP_RETENTION:-}" ]; then
        echo "no policy, every snapshot is kept"
      else
        echo "$(count "$retention_kept" snapshot snapshots) kept, $retention_removed removed${retention_more}${retention_shrunk:+; what is larger is kept, because the source has shrunk}"
      fi
      ;;
  esac
}

# stop_at_damage: what is stored now may build on damaged data.
stop_at_damage() {
  [ -n "$list_damaged_since" ] || return 0
  report_retention="stopped, because the repository is damaged"
  warn_of_damage
  end 67 "Snapshot $snapshot_short was written, but may not be restorable: the repository is recorded as damaged since $(local_time "$list_damaged_since"). Retention was skipped. Repair it, then run check.sh --clear-damage."
}
