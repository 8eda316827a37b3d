# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What it takes to move directories into place: their owners and modes, commands that no signal interrupts, and the end
# where nothing could be moved.
# Results: $moving_undressed, not empty if an owner or mode could not be set. Exit codes: 1.

moving_undressed=

# dress DIRECTORY "UID:GID MODE": a process outside of the group may not give the setgid bit, but may give a directory
# that has it to the group. Without the zeros, GNU's chmod keeps such a bit that the mode does not name.
dress() {
  moving_owner=${2% *}
  chown "${moving_owner%:*}:$(id -g)" "$1" 2>/dev/null || :
  chmod "00${2#* }" "$1" 2>/dev/null || :
  chgrp "${moving_owner#*:}" "$1" 2>/dev/null || :
  [ "$(stat -c '%u:%g %a' "$1")" = "$2" ] || moving_undressed=yes
}

# unharmed_in DIRECTORY COMMAND…: a signal reaches the shell, which acts on it later, but not the command: half of a
# move helps nobody.
unharmed_in() (
  trap '' INT TERM
  cd "$1" || exit
  shift
  exec "$@"
)

end_not_placed() {
  stop_if_asked "$RESTORE_PATH is as it was. What was restored is complete in $staging/new."
  end 1 "What was restored is complete, but cannot be moved into place: $(head -n 1 "$work/refusal"). $RESTORE_PATH is as it was. All that was restored is in $staging/new: move it from there by hand, or mend this and run restore.sh again."
}
