# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Moves each entry of $staging/new into RESTORE_PATH, and what is there under the same name into before-restore-TIME.
# The entries may be many, so that no process is started for each. What can fail is tried before; what fails all the
# same is taken back (take-back.sh). After a kill, the next restore does the same with what is left: each entry is in one of the
# directories.
# Results: $place_aside, where that is, empty if nothing was moved aside. Exit codes: 1.

place_aside=

place_by_moves() {
  require_own_staging
  [ ! -e "$staging/placing" ] || close_what_was_opened
  if [ -d "$staging/new" ]; then
    # What is made from here on is made before anything is moved: the file system may have no room for it later.
    if ! { list_moves && make_old; } 2>"$work/refusal"; then
      end_not_placed
    fi
    refuse_mount_points
    refuse_copies
    [ -e "$staging/placing" ] || begin_placing
    open_closed_directories 2>"$work/refusal" || take_back
    move_all || take_back
    close_what_was_opened
  fi
  keep_old
}

# list_moves. Results: files of names, each ended by a NUL: $staging/names, all that is to be moved into place, also by
# a restore that was killed meanwhile; clashing, those that exist there; closed-new and closed-old, directories of them
# that must be opened to be moved; and of clashing, for refuse_copies, probe-directories, probe-full in them, probe-files.
list_moves() {
  place_names=/dev/null
  [ -e "$staging/placing" ] || place_names=$staging/names
  [ -e "$staging/aside" ] || true >"$staging/unaside" || return 1
  true >"$staging/clashing" || return 1
  cd "$staging/new" || return 1
  for place_entry in ..?* .[!.]* *; do
    is_there "$place_entry" || continue
    printf '%s\0' "$place_entry" >&3 || return 1
    ! is_closed "$place_entry" || printf '%s\0' "$place_entry" >&5
    is_there "$staging_target/$place_entry" || continue
    printf '%s\0' "$place_entry" >&4 || return 1
    ! is_closed "$staging_target/$place_entry" || printf '%s\0' "$place_entry" >&6
    if [ -d "$staging_target/$place_entry" ] && [ ! -L "$staging_target/$place_entry" ]; then
      printf '%s\0' "$place_entry" >&7 && printf '%s/full\0' "$place_entry" >&8 || return 1
    else
      printf '%s\0' "$place_entry" >&9 || return 1
    fi
  done 3>"$place_names" 4>"$staging/clashing" 5>"$staging/closed-new" 6>"$staging/closed-old" \
    7>"$staging/probe-directories" 8>"$staging/probe-full" 9>"$staging/probe-files"
  cd /
}

# make_old: it will be a directory of RESTORE_PATH, and belongs to the same owner.
make_old() {
  if [ -s "$staging/clashing" ] && [ ! -d "$staging/old" ]; then
    mkdir "$staging/old" || return 1
    dress "$staging/old" "$(stat -c '%u:%g %a' "$staging_target")"
  fi
  moving_undressed=
}

# move_all: no entry is replaced that has appeared meanwhile: it is moved aside, too.
move_all() {
  move_named clashing "$staging_target" "$staging/old" 2>"$work/refusal" || return 1
  [ -e "$staging/aside" ] || mv "$staging/unaside" "$staging/aside" 2>"$work/refusal" || return 1
  for _ in 1 2 3 4 5; do
    move_each "$staging/new" "$staging_target" 2>"$work/refusal" || return 1
    ! rmdir "$staging/new" 2>/dev/null || return 0
    move_late_aside 2>"$work/refusal" || return 1
  done
  echo "whenever it was moved aside, $late_words" >"$work/refusal"
  return 1
}

# keep_old gives what was moved aside its name.
keep_old() {
  rm -f "$staging/aside"
  place_newer=
  for place_kept in "$staging/old" "$staging"/later.*; do
    [ -d "$place_kept" ] || continue
    ! rmdir "$place_kept" 2>/dev/null || continue
    name_aside "$place_kept" ||
      end 1 "What was restored is in $RESTORE_PATH, but what was there under the same names could not be named $place_name: $(head -n 1 "$work/refusal"). It is in $place_kept. Mend this, and run restore.sh again, which finishes it first."
    if [ -z "$place_aside" ]; then
      place_aside=$RESTORE_PATH/$place_name
    else
      place_newer=" and in the newer ones of such a name"
    fi
  done
  place_aside=$place_aside$place_newer
}
