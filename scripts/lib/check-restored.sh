# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Restores into $staging/new, and proves that all contents are there. restic ends with 1 for whatever it could not do:
# for an owner that it may not set, as for a file that it could not write. So its words decide nothing: entries, types
# and bytes are compared with what the snapshot holds, and where restic had errors, it compares all contents once more.
# Results: $report_files, $report_bytes, the runs `restore` and `proof`. Exit codes: 1, and those of fail.

# Not empty: all was opened to its owner, because a user other than root could not look at it.
restored_opened=
# What restic said in the end, and what to do about it, where it had errors although all contents are there.
restored_cause=
restored_hint=
# Where it is meanwhile.
restored_kept=

restore_into_staging() {
  restored_kept="is in $staging/new, until the next restore removes it (move it away first if you need it)"
  say "Restoring into $staging ..."
  restic_reading restore "restoring" --json restore "$report_snapshot:$BACKUP_PATH" --target "$staging/new" \
    --verify --sparse
  restored_run=restore
  if ended restore 0; then
    ! saw_damage restore || end_failed restore
  else
    ended restore 1 || end_failed restore
    explain restore
    case $explain_damage:$explain_kind in
      :full | ?*:*) end_failed restore ;;
    esac
  fi
  open_to_owner
  count_restored
  restored_changed=
  if [ -n "$restored_opened" ] || ! ended restore 0; then
    prove_contents
  fi
  set_setgid_bits
  [ -z "$restored_changed" ] || [ -n "$restored_opened" ] || count_restored
}

# end_failed NAME: where the target is full, the application may be running on it. restic names the file then, so that it
# is no other place that is full.
end_failed() {
  restored_words="The restore failed, and $target_state"
  end_if_removed "$1" "$restored_words. $(print_until_then)"
  explain "$1"
  case $explain_damage:$explain_kind:$explain_cause in
    :full:*"$staging/"*)
      show_errors
      drop_staging "$staging" || :
      end 1 "$restored_words: its volume is full. What was restored until then is removed, to make room again. Make room there, or restore to a larger volume. restic says: $explain_cause."
      ;;
  esac
  fail "$1" "$restored_words. $(print_until_then)"
}

end_incomplete() {
  status_of "$restored_run"
  restored_words="The restore is not complete, and $target_state: $restored_missing. $(print_until_then)"
  end_if_removed "$restored_run" "$restored_words"
  status_of "$restored_run"
  [ "$run_status" -eq 0 ] || fail "$restored_run" "$restored_words"
  end 1 "$restored_words. Run this again, or choose another snapshot of restore.sh --list."
}

print_until_then() {
  if is_staging_empty; then
    printf 'Nothing was restored until then'
  else
    printf 'What was restored until then %s' "$restored_kept"
  fi
}

# open_to_owner: root's pods have the right to read everything. A second run of restic sets all modes again.
open_to_owner() {
  if [ "$(id -u)" -ne 0 ] && { [ "$manifest_closed" -gt 0 ] || ! ended restore 0; }; then
    chmod -R u+rwX "$staging/new" || end 1 "What was restored cannot be looked at by user $(id -u), so $target_state. It $restored_kept."
    restored_opened=yes
  fi
}

# count_restored ends the command where contents are missing. Results: $report_files, $report_bytes, $restored_lost (how
# many links and special files are missing), $restored_differing (how many entries have another mode or owner), and
# $work/differences, lines about these.
count_restored() {
  list_restored || end 1 "What was restored could not be counted, so $target_state. It $restored_kept. The lines above say why."
  stop_if_asked "$target_state. What was restored $restored_kept."
  awk -f "$here/lib/entries.awk" "$work/entries" >"$work/restored-classes"
  run_jq compare-entries -rn --rawfile wanted "$work/manifest-classes" --rawfile found "$work/restored-classes" \
    --arg opened "$restored_opened" >"$work/compared"
  {
    read -r report_files
    read -r report_bytes
    read -r restored_missing
    read -r restored_lost
    read -r restored_differing
    cat >"$work/differences"
  } <"$work/compared"
  [ -z "$restored_missing" ] || end_incomplete
}

list_restored() {
  find "$staging/new" -mindepth 1 -exec stat -c '%f %u %g %s %i' {} + >"$work/entries"
}

# prove_contents: restic reads all files that are there, compares them with the snapshot, and writes only what differs.
# A run that has nothing to write has proven all of them; one that had to is followed by another.
prove_contents() {
  say "restic could not set everything. Comparing the contents of all files with the snapshot ..."
  restored_changed=yes
  for restored_try in 1 2; do
    restic_reading proof "comparing with the snapshot" --json restore "$report_snapshot:$BACKUP_PATH" \
      --target "$staging/new" --overwrite always --sparse
    restored_run=proof
    ended proof 0 || ended proof 1 || end_failed proof
    ! saw_damage proof || end_failed proof
    restored_cause=$explain_cause restored_hint=$explain_hint
    tail -n 1 "$work/proof.out" >"$work/summary"
    restored_written=$(run_jq proof -Rrn "$work/summary")
    [ "$restored_written" != 0 ] || return 0
  done
  restored_missing="restic has to write $(human_bytes "${restored_written:-0}") again each time that it compares"
  end_incomplete
}

# set_setgid_bits: a process outside of a group may not give its setgid bit, and the kernel leaves it out without a
# word. A directory that has the bit keeps it, though, when it is given to the group.
set_setgid_bits() {
  [ "$restored_differing" -gt 0 ] && [ "$(id -u)" -eq 0 ] || return 0
  restored_changed=yes
  run_jq setgid-groups -Rrn "$work/manifest" >"$work/groups"
  while read -r restored_group; do
    run_jq setgid-names -Rjn --argjson gid "$restored_group" "$work/manifest" >"$work/names"
    on_names chgrp "$(id -g)"
    on_names chmod g+s
    on_names chgrp "$restored_group"
  done <"$work/groups"
}

# on_names COMMAND…: what cannot be done shows when all is counted again.
on_names() {
  (cd "$staging/new" && xargs -0 -r "$@" -- <"$work/names") 2>/dev/null || :
}
