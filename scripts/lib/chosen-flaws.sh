# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What an operator should know of the snapshot that is restored. Inputs: chosen_… and choose_… of choose-snapshot.sh, and
# manifest_… of manifest.sh. Results: these, and $chosen_doubt. Ends nothing.

# Why it is not certain that all is there, a sentence; empty where it is, and where something is known to be missing.
chosen_doubt=

# tell_doubt: what nothing counts may be lost. Results: $chosen_doubt.
tell_doubt() {
  if [ -z "$chosen_bytes" ]; then
    chosen_doubt="does not say what it held then"
  elif [ "$manifest_empty" -gt 0 ]; then
    chosen_doubt="has $(count "$manifest_empty" "empty directory" "empty directories"), for example $manifest_empty_name: links and special files in such ones may be lost"
  else
    return 0
  fi
  chosen_doubt="This may not be all: the snapshot was changed after it was made, by restic tag, rewrite, copy or repair, and $chosen_doubt. Compare it with an older one of restore.sh --list."
  warn "$chosen_doubt"
}

# tell_flaws: what is wrong with the snapshot that is restored, and with newer ones that are not.
tell_flaws() {
  if [ -n "$manifest_was" ] && [ -n "$chosen_copied" ]; then
    chosen_incomplete=yes
    chosen_flaw="${chosen_flaw:-something has altered it since it was made}; $manifest_was"
  elif [ -n "$manifest_was" ]; then
    warn "Snapshot $chosen_short says of itself that $manifest_was. It holds $(count "$manifest_files" file files), $(human_bytes "$manifest_bytes")."
  elif [ -n "$chosen_copied" ]; then
    tell_doubt
  fi
  [ -z "$choose_passed_over" ] || warn "$choose_passed_over"
  [ -z "$chosen_flaw" ] || warn "Mind this snapshot: $chosen_flaw."
}
