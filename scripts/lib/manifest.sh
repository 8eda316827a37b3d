# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What the snapshot holds below BACKUP_PATH, entry by entry: what was restored is compared with this, and not with what
# the snapshot says of itself, which does not know what it has lost since.
# Inputs: $report_snapshot, BACKUP_PATH.
# Results: $work/manifest (a line for each entry, see manifest.jq), $work/manifest-classes (these counted, see
# entries.awk), and the variables below.
# Exit codes: those of fail; 65 the snapshot holds no file.

manifest_files=0
manifest_bytes=0
manifest_entries=0
# How many entries their owner may not read.
manifest_closed=0
# What the snapshot held when it was made, in words, if that was something else.
manifest_was=
# Not empty: it does not hold BACKUP_PATH itself, because it was made with a relative path.
manifest_elsewhere=

# read_manifest: without a lock first, because an operator in need should not wait for one. What fails then is asked for
# again under the lock: a prune that replaces an index meanwhile looks like damage.
read_manifest() {
  say "Reading what snapshot $chosen_short holds ..."
  set -- --json ls "$report_snapshot"
  # Where it may have been altered, all that it holds is compared with what restic counted when it was made.
  [ -n "$chosen_copied" ] || set -- "$@" --recursive "$BACKUP_PATH"
  list_manifest manifest 0 "listing the snapshot" --no-lock "$@"
  if ! ended manifest 0 || [ -s "$work/manifest.err" ]; then
    say "That did not end well. Reading it once more, when nobody else is at work on the repository ..."
    locks_runner=list_manifest
    restic_reading manifest "listing the snapshot" "$@"
    locks_runner=run_restic
  fi
  end_if_removed manifest "Nothing was restored"
  ended manifest 0 || fail manifest "Nothing was restored, because the files of snapshot $chosen_short cannot be listed"
  require_clean manifest "Nothing was restored from snapshot $chosen_short"
  require_room "listing the snapshot"
  [ "$life_status" -eq 0 ] || end 1 "Nothing was restored, because the list of the files of snapshot $chosen_short could not be read. The lines above say why."
  summarize_manifest
}

# list_manifest ARGUMENT…: those of run_restic. The list is not kept, because that of a million files takes 350 MB. restic
# writes it into a pipe, from which the watch must not read.
list_manifest() {
  [ -p "$work/manifest.out" ] || mkfifo "$work/manifest.out"
  run_jq manifest -rn --arg path "$BACKUP_PATH" --arg empties "$chosen_copied" <"$work/manifest.out" >"$work/manifest" &
  manifest_reader=$!
  # Where restic is not even started, nobody would ever write into the pipe.
  life_before_failing=end_reader
  watch_blind=yes
  run_restic "$@"
  watch_blind=
  life_before_failing=
  life_child=$manifest_reader
  wait_for_child
  stop_if_asked "Nothing was restored."
}

# end_reader: SIGTERM would be lost on a subshell that has just begun and still has the traps of its parent.
end_reader() {
  kill -KILL "$manifest_reader" 2>/dev/null || :
}

summarize_manifest() {
  awk -f "$here/lib/entries.awk" "$work/manifest" >"$work/manifest-classes"
  run_jq manifest-summary -Rrs "$work/manifest-classes" >"$work/summary"
  run_jq further-files -Rrn "$work/manifest" >>"$work/summary"
  {
    read -r manifest_files
    read -r manifest_bytes
    read -r manifest_entries
    read -r manifest_closed
    read -r manifest_sockets
    read -r manifest_directories
    read -r manifest_further_files
    read -r manifest_further_bytes
    read -r manifest_further_directories
    read -r manifest_empty
    IFS= read -r manifest_empty_name
  } <"$work/summary"
  say "Snapshot $chosen_short of $chosen_time, host $chosen_host: $(count "$manifest_files" file files), $(human_bytes "$manifest_bytes"). It was made $chosen_age."
  [ "$manifest_sockets" -eq 0 ] || say "It holds $(count "$manifest_sockets" socket sockets), which restic does not restore: the program that listens makes them anew."
  compare_with_own_words
  manifest_elsewhere=
  [ "$manifest_files" -gt 0 ] || [ -n "$chosen_copied" ] || grep -q '^\["root",' "$work/manifest" || manifest_elsewhere=yes
}

# compare_with_own_words: `restic repair snapshots --forget` takes out what is lost, and leaves no other sign than that
# the snapshot says that it held more.
compare_with_own_words() {
  manifest_was=
  [ -n "$chosen_files" ] && [ -n "$chosen_bytes" ] || return 0
  [ "$chosen_paths" -eq 1 ] || [ -n "$chosen_copied" ] || return 0
  manifest_all_files=$((manifest_files + manifest_further_files))
  manifest_all_bytes=$((manifest_bytes + manifest_further_bytes))
  if [ "$chosen_files:$chosen_bytes" != "$manifest_all_files:$manifest_all_bytes" ]; then
    manifest_was="it held $(count "$chosen_files" file files), $(human_bytes "$chosen_bytes"), when it was made"
    say "This is not what it held then, which was $(count "$chosen_files" file files), $(human_bytes "$chosen_bytes")."
  elif [ -n "$chosen_copied" ] && [ -n "$chosen_directories" ]; then
    manifest_all_directories=$((manifest_directories + manifest_further_directories))
    [ "$manifest_all_directories" -lt "$chosen_directories" ] || return 0
    manifest_was="it held $(count "$chosen_directories" directory directories) when it was made, and holds $manifest_all_directories"
    say "This is not what it held then, which was $(count "$chosen_directories" directory directories)."
  fi
}

# require_files: for the snapshot that is restored in the end.
require_files() {
  [ -z "$manifest_elsewhere" ] || end 65 "Nothing was restored, because snapshot $chosen_short does not hold $BACKUP_PATH under this name: it was made with a relative path. What it holds is brought back by: restic restore $chosen_short --target /an/empty/directory"
  [ "$manifest_files" -gt 0 ] || end 65 "Nothing was restored, because snapshot $chosen_short holds no file of $BACKUP_PATH. Choose another one of restore.sh --list."
}
