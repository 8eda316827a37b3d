# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What it takes to move directories into place: their owners and modes, moves that no signal interrupts, and the end
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

is_there() {
  [ -e "$1" ] || [ -L "$1" ]
}

# unharmed_in DIRECTORY COMMAND…: a signal reaches the shell, which acts on it later, but not the command: half of a
# move helps nobody.
unharmed_in() (
  trap '' INT TERM
  cd "$1" || exit
  shift
  exec "$@"
)

# Moves entries into the directory $0, none over another: `mv -n` takes a link that leads nowhere for nothing. What vanishes
# meanwhile need not be moved.
# shellcheck disable=SC2016 # of the shell that xargs starts
moving_program='
  is_there() { [ -e "$1" ] || [ -L "$1" ]; }
  for entry; do [ ! -L "$0/${entry##*/}" ] || singly=yes; done
  if [ -z "${singly:-}" ]; then
    said=$(mv -n -t "$0" -- "$@" 2>&1) && exit
    for entry; do is_there "$entry" || is_there "$0/${entry##*/}" || singly=yes; done
  fi
  [ -n "${singly:-}" ] || { printf "%s\n" "$said" >&2; exit 1; }
  for entry; do
    [ -L "$0/${entry##*/}" ] || ! is_there "$entry" || mv -n -t "$0" -- "$entry" || ! is_there "$entry" || failed=yes
  done
  [ -z "${failed:-}" ]'

# move_named NAMES FROM TO
move_named() {
  unharmed_in "$2" xargs -0 -r sh -c "$moving_program" "$3" <"$staging/$1"
}

# move_each FROM TO
move_each() {
  unharmed_in / find "$1" -mindepth 1 -maxdepth 1 -exec sh -c "$moving_program" "$2" {} +
}

# end_not_placed: where an earlier restore has begun to move, RESTORE_PATH is what that one has left.
end_not_placed() {
  [ ! -e "$staging/placing" ] ||
    end 1 "An earlier restore has moved its files into $RESTORE_PATH only in part, and this cannot be finished: $(head -n 1 "$work/refusal"). Nothing is lost: what was there before is in $RESTORE_PATH or in old or later.… in $staging, what was restored is in $RESTORE_PATH or $staging/new. Mend this, and run restore.sh again, which finishes it first."
  stop_if_asked "$target_state. What was restored is complete in $staging/new."
  end 1 "What was restored is complete, but cannot be moved into place: $(head -n 1 "$work/refusal"). $target_state. All that was restored is in $staging/new: move it from there by hand, or mend this and run restore.sh again."
}
