# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Moves what was restored into place: all of it, or nothing. Where RESTORE_PATH is missing, one rename does it. One that
# is there stays, even if it is empty: another pod may have mounted it, and it may have attributes of its own. Then each
# entry is moved, and what has the same name is moved into before-restore-TIME in RESTORE_PATH first, because it may be
# the last copy of something.
# Inputs: $staging, $staging_target. Results: those of place-by-moves.sh, and $place_whole, yes if RESTORE_PATH itself is
# what was restored. Exit codes: 1.

place() {
  place_aside='' moving_undressed='' place_whole=
  if [ -d "$staging/new" ] && is_beside_target && [ ! -d "$staging_target" ]; then
    place_by_rename
  else
    place_by_moves
  fi
  cd /
  require_own_staging
  warn_of_late
  rm -f "$work/time"
  [ ! -e "$staging/time" ] || { true >"$work/time" && touch -r "$staging/time" "$work/time"; }
  drop_staging "$staging" || warn "$staging could not be removed. It is not needed any more: remove it."
  set_root_time "$work/time"
}

is_beside_target() {
  case $staging in
    "${staging_target%/}"/*) return 1 ;;
  esac
}

# place_by_rename: the directory gets owner and mode that it has in the snapshot.
place_by_rename() {
  place_dress=$(run_jq restored-root -Rrn "$work/manifest")
  [ -n "$place_dress" ] || place_dress="$(stat -c %u:%g "$staging_parent") 755"
  if [ ! -e "$staging/placing" ]; then
    dress "$staging/new" "$place_dress"
    begin_placing
  fi
  # To be moved, a directory must be writable for its owner.
  place_unwritable=
  [ -w "$staging/new" ] || place_unwritable=yes
  [ -z "$place_unwritable" ] || chmod u+w "$staging/new"
  if unharmed_in / mv -T "$staging/new" "$staging_target" 2>"$work/refusal"; then
    [ -z "$place_unwritable" ] || chmod u-w "$staging_target"
    place_whole=yes
    return 0
  fi
  require_own_staging
  # Somebody was faster, or the file system has rules of its own.
  if [ ! -d "$staging_target" ]; then
    mkdir "$staging_target" 2>"$work/refusal" || end_not_placed
    dress "$staging_target" "$place_dress"
  fi
  place_by_moves
}
