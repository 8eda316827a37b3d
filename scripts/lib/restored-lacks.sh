# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What was restored without all of its attributes: contents are there, but an owner, a mode, an extended attribute or a
# special file is not.
# Results: $lacks, in words, empty if all is as in the snapshot. Ends nothing.

lacks=

# find_lacks says what it finds; the list may be long, and is cut.
find_lacks() {
  lacks='' lacks_hint=
  if ! ended "$restored_run" 0; then
    list_errors
  fi
  [ "$restored_differing" -eq 0 ] ||
    add_lack "$(count "$restored_differing" "file or directory has" "files or directories have") another owner or mode"
  [ "$restored_lost" -eq 0 ] ||
    add_lack "$(count "$restored_lost" "link or special file is" "links or special files are") missing"
  [ -z "$moving_undressed" ] || add_lack "$RESTORE_PATH itself has another owner or mode"
  [ -z "$lacks" ] || explain_lacks
  list_root_lacks
  [ -z "$root_unknown" ] || add_lack "what time and attributes $BACKUP_PATH itself had could not be read ($root_unknown)"
  [ ! -s "$work/differences" ] || say "$(cat "$work/differences")"
}

explain_lacks() {
  [ -n "$lacks_hint" ] || lacks_hint="User $(id -u) may not set these, or the file system of $RESTORE_PATH does not keep them."
}

# list_root_lacks: a directory that was there keeps its own, on purpose.
list_root_lacks() {
  find_root_lacks
  [ -n "$root_lacks" ] || return 0
  if [ -n "$root_unread" ]; then
    add_lack "whether $RESTORE_PATH itself has the extended attributes that it has in the snapshot ($root_lacks) could not be found out ($root_unread)"
  elif [ -n "$place_whole" ]; then
    add_lack "$RESTORE_PATH itself lacks extended attributes, or has others ($root_lacks)"
    explain_lacks
  else
    add_lack "$RESTORE_PATH itself was there, so it keeps its own extended attributes, and lacks some of the snapshot or has others ($root_lacks), which only a directory gets that is missing before"
  fi
}

# list_errors: of the run that had nothing to write any more.
list_errors() {
  lacks_hint=$restored_hint
  run_jq attribute-losses -Rrs --arg staging "$staging/new" --arg target "$RESTORE_PATH" "$work/$restored_run.err" >"$work/losses"
  {
    read -r lacks_count
    say "Not set, says restic:"
    say "$(cat)"
  } <"$work/losses"
  if [ "$lacks_count" -gt 0 ]; then
    add_lack "restic could not set everything of $(count "$lacks_count" entry entries), listed above"
  else
    add_lack "restic ended with an error ($restored_cause)"
  fi
}

# add_lack WORDS
add_lack() {
  lacks="$lacks${lacks:+; }$1"
}
