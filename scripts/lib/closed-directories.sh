# shellcheck shell=sh disable=SC2154 # variables that other files set
# Opens directories that their owner may not write to as long as they are moved, and closes them again.
# Inputs: $staging/closed-new and closed-old, names of them in what was restored and in what it replaces.

# is_closed: a directory that is moved must be writable, because it notes down what is above it.
is_closed() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ ! -w "$1" ]
}

open_closed_directories() {
  change_mode u+w closed-new "$staging/new" && change_mode u+w closed-old "$staging_target"
}

# close_what_was_opened, wherever it is. In RESTORE_PATH, a name is ours when all others were moved aside.
close_what_was_opened() {
  change_mode u-w closed-new "$staging/new" || :
  change_mode u-w closed-old "$staging/old" || :
  if [ -e "$staging/aside" ]; then
    change_mode u-w closed-new "$staging_target" || :
  else
    change_mode u-w closed-old "$staging_target" || :
  fi
} 2>/dev/null

# change_mode MODE NAMES DIRECTORY
change_mode() {
  (cd "$3" && xargs -0 -r chmod "$1" -- <"$staging/$2")
}
