# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# The directory that a restore writes to until all of it is there and verified: .restic-backup-restore.XXXXXX. It lies
# on the file system of RESTORE_PATH, so that each move from there is one rename: beside RESTORE_PATH where one rename
# can put all into place, else in it. It holds
#   restic-backup-restore   our mark: who restores here, and, by its time, that this one is alive
#   new/                    what is restored
#   old/                    what new/ replaces, while it is moved into place
#   later.N/                what appears there meanwhile
#   placing                 from when on all is verified, so that what a kill leaves can be finished
#   time                    its time is that which RESTORE_PATH itself gets
# Inputs: RESTORE_PATH.
# Results: $staging; $staging_target and $staging_parent, RESTORE_PATH and the directory above it without symbolic
# links; $target_state, what messages say of RESTORE_PATH before anything is moved into it.
# Exit codes: 1.

staging=
# Not empty: our mark must be in it.
staging_marked=

# find_target: RESTORE_PATH itself may be missing; what is missing above it is made.
find_target() {
  target_state="$RESTORE_PATH is as it was"
  staging_parent=${RESTORE_PATH%/*}
  staging_parent=${staging_parent:-/}
  if [ -d "$RESTORE_PATH" ]; then
    staging_target=$(cd "$RESTORE_PATH" && pwd -P) || end_not_entered "$RESTORE_PATH"
    staging_parent=${staging_target%/*}
    staging_parent=${staging_parent:-/}
  elif [ -e "$RESTORE_PATH" ] || [ -L "$RESTORE_PATH" ]; then
    end 1 "Nothing was restored, because $RESTORE_PATH is no directory, or a link to one that is missing. Remove it, or make that directory."
  else
    make_directories "$staging_parent"
    staging_parent=$(cd "$staging_parent" && pwd -P) || end_not_entered "$staging_parent"
    staging_target=${staging_parent%/}/${RESTORE_PATH##*/}
  fi
}

end_not_entered() {
  end 1 "Nothing was restored, because user $(id -u) may not enter $1. Correct its rights."
}

# make_directories PATH: each belongs to the owner of the one that it is made in.
make_directories() {
  while [ ! -d "$1" ]; do
    staging_missing=$1
    staging_upper=${staging_missing%/*}
    while [ ! -d "${staging_upper:-/}" ]; do
      staging_missing=$staging_upper
      staging_upper=${staging_missing%/*}
    done
    (umask 022 && mkdir "$staging_missing") 2>"$work/refusal" || end_unwritable "${staging_upper:-/}"
    chown "$(stat -c %u:%g "${staging_upper:-/}")" "$staging_missing" 2>/dev/null || :
  done
}

# end_unwritable PATH: for what the program said in $work/refusal.
end_unwritable() {
  stop_if_asked "Nothing was restored."
  end 1 "Nothing was restored, because user $(id -u) cannot write to $1: $(cat "$work/refusal"). Check that its volume is mounted, writable and not full, and the rights of that directory."
}

# make_staging makes an empty one, or fails where there is no room. Another restore that begins now may take it for what a
# killed one left, before our mark is in it: then another one is made.
make_staging() {
  for _ in 1 2 3 4 5; do
    make_staging_directory || return 1
    if write_mark 2>"$work/refusal"; then
      staging_marked=yes
      break
    fi
    [ ! -d "$staging" ] || give_up_staging || return 1
  done
  mkdir "$staging/new" 2>"$work/refusal" || give_up_staging || return 1
  start_beating
}

make_staging_directory() {
  staging=
  if [ ! -d "$staging_target" ]; then
    staging=$(mktemp -d "${staging_parent%/}/.restic-backup-restore.XXXXXX" 2>"$work/refusal") || staging=
    [ -n "$staging" ] || stop_if_asked "Nothing was restored."
    [ -n "$staging" ] || ! is_refused_for_room || return 1
  fi
  if [ -z "$staging" ]; then
    make_directories "$staging_target"
    staging=$(mktemp -d "$staging_target/.restic-backup-restore.XXXXXX" 2>"$work/refusal") || give_up_staging || return 1
  fi
}

# give_up_staging always fails, or ends the command where room is not what is missing.
give_up_staging() {
  is_refused_for_room || end_unwritable "${staging:-$staging_target}"
  [ -z "$staging" ] || drop_staging "$staging" || :
  staging=
  return 1
}

is_refused_for_room() {
  grep -qi 'no space left\|quota' "$work/refusal"
}

# drop_staging DIRECTORY: whoever may not write into a directory of their own must open it first. What a restore moves aside
# is never removed: where something is there all the same, it is kept in RESTORE_PATH. The mark goes last, so that what a
# kill leaves is known as ours.
drop_staging() {
  [ -n "$1" ] || return 0
  [ "$1" != "$staging" ] || staging_marked=
  keep_set_aside "$1" || return 1
  # In probe, files have second names, and would be opened, too.
  rm -rf "$1/probe" 2>/dev/null || return 1
  if ! rm -rf "$1/new" "$1/root" 2>/dev/null; then
    chmod -R u+rwX "$1/new" "$1/root" 2>/dev/null || :
    rm -rf "$1/new" "$1/root" 2>/dev/null || return 1
  fi
  for staging_entry in "$1"/*; do
    [ "$staging_entry" = "$1/$staging_mark" ] || rm -f "$staging_entry" 2>/dev/null || return 1
  done
  rm -f "$1/$staging_mark" 2>/dev/null && rmdir "$1" 2>/dev/null
}

keep_set_aside() {
  for staging_entry in "$1/old" "$1"/later.*; do
    [ -d "$staging_entry" ] || continue
    ! rmdir "$staging_entry" 2>/dev/null || continue
    name_aside "$staging_entry" || return 1
    warn "$1 held what was in $RESTORE_PATH before an earlier restore. It is kept in $RESTORE_PATH/$place_name: look at it before you remove it."
  done
}
