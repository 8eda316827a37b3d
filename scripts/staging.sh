# shellcheck shell=sh disable=SC2154,SC2034 # shared with lib.sh and the commands
# The hidden folder inside RESTORE_PATH that a restore writes to, and the move from there into place. It lies on the same
# file system, so that each move is one rename: a name is there complete, or not at all.
# Inputs: RESTORE_PATH. Results: $staging, $moved_aside. Exit codes: 1.

moved_aside=

# make_staging BYTES: an empty folder with room for so much.
make_staging() {
  mkdir_readable "$RESTORE_PATH"
  # Without symbolic links, as /proc shows it.
  staging=$(cd "$RESTORE_PATH" && pwd -P)/.restic-restore
  if [ -e "$staging" ] || [ -L "$staging" ]; then
    refuse_second_restore
    say "Removing what an earlier restore left in $staging ..."
    rm -rf "$staging" || end 1 "$staging cannot be removed: remove it by hand."
  fi
  mkdir "$staging" || end 1 "$RESTORE_PATH is not writable for user $(id -u)."
  # Where this process stands shows others that it is alive, and cannot outlive it as a file would.
  cd "$staging" || end 1 "$staging cannot be entered by user $(id -u)."
  require_space "$1"
}

# Other users must be able to go there: the application reads what is restored.
mkdir_readable() {
  [ ! -d "$1" ] || return 0
  (umask 022 && mkdir -p "$1") || end 1 "$1 cannot be made: check that its volume is mounted and writable for user $(id -u)."
}

refuse_second_restore() {
  for cwd in /proc/[0-9]*/cwd; do
    if [ "$(readlink "$cwd" 2>/dev/null)" = "$staging" ]; then
      other=${cwd#/proc/}
      end 1 "Another restore is running here, process ${other%/cwd}: wait for it, or end it with kill ${other%/cwd}."
    fi
  done
}

# Five percent more than the files' sizes, for the file system's own needs.
require_space() {
  stat -f -c '%a %S' . >"$work/space"
  read -r blocks size <"$work/space"
  free=$((blocks * size))
  needed=$(($1 + $1 / 20))
  if [ "$free" -lt "$needed" ]; then
    drop_staging
    end 1 "Not enough space: $(human_bytes "$needed") are needed in $RESTORE_PATH, $(human_bytes "$free") are free. Make room there, then run this again."
  fi
}

# count_staged TEST…: how many entries there are; names may hold line ends.
count_staged() {
  find . -mindepth 1 "$@" -exec printf '%.0s.' {} + >"$work/dots"
  wc -c <"$work/dots"
}

# Moves every entry into place. It takes moments, and is not interrupted by a signal: half of it would help nobody.
place() {
  aside=$RESTORE_PATH/before-restore-$(date -u +%Y%m%dT%H%M%SZ)
  chmod u+rwx .
  for entry in ..?* .[!.]* *; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    move_aside "$entry"
    mv -- "$entry" "$RESTORE_PATH/" || end 1 "$entry could not be moved from $staging to $RESTORE_PATH: the rest is still there. Move it by hand, or run this again."
  done
  drop_staging
}

# What is there already may be the last copy of something.
move_aside() {
  [ -e "$RESTORE_PATH/$1" ] || [ -L "$RESTORE_PATH/$1" ] || return 0
  mkdir_readable "$aside"
  moved_aside=$aside
  mv -- "$RESTORE_PATH/$1" "$aside/" || end 1 "$RESTORE_PATH/$1 could not be moved to $aside, and so was not replaced: the restored one is in $staging."
}

drop_staging() {
  cd /
  rmdir "$staging"
}
