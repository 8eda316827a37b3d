# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Whether a repair took something out of a snapshot and left no tag that says so: retention would count it for a night,
# and remove one that is whole. Only what something has written anew is looked at, and once. Inputs: $work/list.json.
# Exit codes: 1 what is altered is not marked, and those of fail.

# What was found in the others, as tags of a note.
altered_looked=

# mark_altered WHAT MOST: gives snapshots that hold less than when they were made the tag `repaired`, which they would have
# if the repair had left the old ones in place: retention keeps such ones beside whole ones, where it would remove partial
# ones. WHAT is what is not done where that fails. Looks at so many at most, 0 for all.
mark_altered() {
  run_jq suspects -r "$work/list.json" >"$work/suspects"
  altered_ids='' altered_count=0 altered_seen=0 altered_looked='' altered_listed='' altered_unsure='' altered_others=0
  while read -r altered_id altered_original altered_other altered_files altered_bytes altered_directories; do
    if [ "$altered_seen" -ge "$2" ] && [ "$2" -gt 0 ]; then
      say "The next check looks at further snapshots that were changed after they were made."
      break
    fi
    altered_seen=$((altered_seen + 1))
    look_at_altered "$1"
  done <"$work/suspects"
  if [ -n "$altered_unsure" ]; then
    [ "$altered_others" -eq 0 ] || altered_unsure="$altered_unsure. The same holds for $(count "$altered_others" other others), named in the log"
    warn "$altered_unsure."
  fi
  [ -n "$altered_ids" ] || return 0
  # shellcheck disable=SC2086 # ids
  restic_locked tag "marking snapshots" tag --add repaired $altered_ids
  require_list "$1"
  # restic ends with 0 even where it changed nothing.
  run_jq suspects -r "$work/list.json" >"$work/suspects"
  for altered_id in $altered_ids; do
    ! grep -q "^$altered_id" "$work/suspects" ||
      end 1 "$1: snapshot $altered_id holds less than when it was made, and could not be marked: $(print_cause tag). Mark it where that is allowed, for example at the server: restic tag --add repaired $altered_id"
  done
  warn "$(count "$altered_count" "snapshot holds" "snapshots hold") less than when made. The tag repaired says so now, and restore.sh passes over what bears it."
}

# look_at_altered WHAT
look_at_altered() {
  altered_short=$(printf '%.8s' "$altered_id")
  if [ "$altered_bytes" = - ]; then
    be_unsure "does not say what it held then"
    return 0
  fi
  say "Looking at what snapshot $altered_short holds ..."
  list_altered "$1" "$altered_id" altered
  tail -n 1 "$work/altered" >"$work/counted"
  read -r altered_files_now altered_bytes_now altered_directories_now <"$work/counted"
  [ "$altered_directories" != - ] || altered_directories_now=-
  if [ "$altered_files_now" -lt "$altered_files" ] || [ "$altered_bytes_now" -lt "$altered_bytes" ] || has_fewer_directories; then
    say "Snapshot $altered_short holds $(print_altered "$altered_files_now" "$altered_bytes_now" "$altered_directories_now"), and held $(print_altered "$altered_files" "$altered_bytes" "$altered_directories") when it was made."
    altered_ids="$altered_ids $altered_id" altered_count=$((altered_count + 1))
    return 0
  fi
  find_made_empty "$1"
  if [ -z "$altered_empty" ]; then
    altered_looked="$altered_looked whole:$(printf '%.16s' "$altered_id")"
  else
    be_unsure "holds as many files and directories as then, but has $altered_empty, which may have held links or special files"
  fi
}

# list_altered WHAT ID NAME writes what count-entries.jq says of it to $work/NAME. All is listed under the lock, because an
# index that prune replaces meanwhile would look like damage.
list_altered() {
  restic_locked contents "listing the snapshot" --json ls "$2"
  ended contents 0 || fail contents "$1, because what snapshot $(printf '%.8s' "$2") holds could not be listed"
  require_clean contents "$1, because the list of what snapshot $(printf '%.8s' "$2") holds is not complete"
  require_room "listing the snapshot"
  run_jq count-entries -rn "$work/contents.out" >"$work/$3"
}

has_fewer_directories() {
  [ "$altered_directories" != - ] && [ "$altered_directories_now" -lt "$altered_directories" ]
}

# print_altered FILES BYTES DIRECTORIES
print_altered() {
  altered_words="$(count "$1" file files), $(human_bytes "$2")"
  [ "$3" = - ] || altered_words="$altered_words, $(count "$3" directory directories)"
  printf '%s\n' "$altered_words"
}

# find_made_empty WHAT: a repair puts an empty directory where it cannot read one, and links and special files are not
# counted. Results: $altered_empty, those that the nearest snapshot that is as it was made does not hold as empty ones.
find_made_empty() {
  altered_empty=
  grep -q '^"' "$work/altered" || return 0
  if [ "$altered_other" = - ]; then
    true >"$work/other"
  elif [ "$altered_other" != "$altered_listed" ]; then
    list_altered "$1" "$altered_other" other
  fi
  altered_listed=$altered_other
  altered_empty=$(run_jq made-empty -rn --rawfile empty "$work/altered" --rawfile known "$work/other")
}

# be_unsure WHY: nobody but a human can tell, who is asked once. A report has room for one of them.
be_unsure() {
  altered_looked="$altered_looked unsure:$(printf '%.16s' "$altered_id")"
  altered_words="Snapshot $altered_short was changed after it was made, and $1. Until a human says what it is, it takes no place of another one. If a repair has changed it, run: restic tag --add repaired $altered_short. If nothing but its tags was changed, run: restic tag --add whole:$(printf '%.16s' "$altered_original") $altered_short"
  if [ -z "$altered_unsure" ]; then
    altered_unsure=$altered_words
  else
    say "$altered_words."
    altered_others=$((altered_others + 1))
  fi
}
