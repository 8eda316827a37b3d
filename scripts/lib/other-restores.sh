# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What other restores into RESTORE_PATH left: one that is alive is not disturbed, and what a dead one left is removed;
# or finished, where all was verified and it has not moved all of that into place. Only a directory with our mark
# in it is touched, or one of that name with nothing in it.
# Exit codes: 1 another restore is running; those of place.sh.

# After so many seconds without a sign of life a restore on another host is dead. There is one every five seconds, and NFS
# shows it to other hosts within a minute.
others_patience=90

# begin_staging: what a killed restore left may fill the volume. Our own mark is there before we look for others, so that of
# two that begin at once one sees the other.
begin_staging() {
  find_target
  life_before_failing=tell_truth
  mark_snapshot=$chosen_short
  if ! make_staging; then
    remove_dead_restores
    make_staging || end_unwritable "$staging_target"
  fi
  settle_other_restores
}

# remove_dead_restores makes room: what waits to be moved into place stays, and so does what may be alive.
remove_dead_restores() {
  for others_directory in "$staging_target"/.restic-backup-restore.?????? "${staging_parent%/}"/.restic-backup-restore.??????; do
    if read_mark "$others_directory" && [ ! -e "$others_directory/placing" ] && ! is_alive; then
      settle_dead_restore
    fi
  done
}

settle_other_restores() {
  for others_directory in "$staging_target"/.restic-backup-restore.?????? "${staging_parent%/}"/.restic-backup-restore.??????; do
    if [ "$others_directory" = "$staging" ]; then
      continue
    elif read_mark "$others_directory"; then
      ! is_alive || refuse_second_restore
      settle_dead_restore
    else
      remove_unmarked "$others_directory"
      warn_of_foreign "$others_directory"
    fi
  done
}

# read_mark DIRECTORY: whether a restore into RESTORE_PATH made it.
read_mark() {
  others_mark=$1/$staging_mark
  if [ -L "$1" ] || [ -L "$others_mark" ] || ! [ -f "$others_mark" ]; then
    return 1
  fi
  {
    read -r _
    read -r others_place
    read -r others_process others_start
    read -r others_inode
    IFS= read -r others_target
    IFS= read -r others_snapshot || others_snapshot=
  } <"$others_mark" 2>/dev/null || return 1
  [ "$others_inode" = "$(stat -c %i "$1")" ] && [ "$others_target" = "$(print_side "$1")" ]
}

# is_alive: here the process tells. Elsewhere the time of the mark does: it changes as long as that restore is alive.
# Our own mark, if there is one, shows what time it is on that file system.
is_alive() {
  if [ "$others_place" = "$(print_process)" ]; then
    [ -n "$others_start" ] && [ "$others_start" = "$(print_start "$others_process")" ]
    return
  fi
  others_beat=$(stat -c %Y "$others_mark")
  others_age=0
  [ -z "$staging" ] || others_age=$(($(stat -c %Y "$staging/$staging_mark") - others_beat))
  # The clock of its node may have been ahead.
  [ "$others_age" -ge 0 ] || others_age=0
  [ "$others_age" -ge "$others_patience" ] ||
    say "Looking whether the restore on ${others_place%% *} is alive, for at most $others_patience seconds ..."
  while [ "$others_age" -lt "$others_patience" ]; do
    pause 2
    [ -z "$staging" ] || touch "$staging/$staging_mark"
    if [ -n "$life_signal" ]; then
      drop_staging "$staging" || :
      stop_if_asked "Nothing was restored."
    fi
    others_age=$((others_age + 2))
    [ "$(stat -c %Y "$others_mark" 2>/dev/null || echo gone)" = "$others_beat" ] || return 0
  done
  return 1
}

refuse_second_restore() {
  drop_staging "$staging" || :
  others_where=
  [ "$others_place" = "$(print_process)" ] || others_where=" on ${others_place%% *}"
  end 1 "Another restore is running here, process $others_process$others_where, so nothing was restored. Wait for it, or end it there with: kill $others_process"
}

# settle_dead_restore claims its directory first: it may wake up. Only then what is in it stays as it is.
settle_dead_restore() {
  others_own=$staging others_marked=$staging_marked mark_snapshot=$others_snapshot
  if ! claim_staging "$others_directory"; then
    [ ! -d "$others_directory" ] ||
      warn "User $(id -u) cannot take over what an earlier restore left in $others_directory: $(head -n 1 "$work/refusal"). Correct its rights, and run restore.sh again, which removes or finishes it."
  elif [ -e "$staging/placing" ]; then
    warn "An earlier restore has not finished moving its files into $RESTORE_PATH. That is done first."
    place
    failed_finished="The earlier restore${others_snapshot:+ of snapshot $others_snapshot}, which had been stopped while it moved its files, is finished: they are in $RESTORE_PATH"
    target_state="$RESTORE_PATH is as the earlier one left it"
    [ -z "$place_aside" ] || warn "What was there before that restore is in $place_aside."
  else
    say "Removing what an earlier restore left in $others_directory ..."
    drop_staging "$staging" ||
      warn "User $(id -u) cannot remove what an earlier restore left in $staging. It is in nobody's way but takes room: look whether anything is in old or later.… there, which was in $RESTORE_PATH before, and remove the rest."
  fi
  staging=$others_own staging_marked=$others_marked mark_snapshot=$chosen_short
}
