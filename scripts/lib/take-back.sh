# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Takes back what was moved into RESTORE_PATH, where a move has failed. An application may have written into it meanwhile:
# that is nowhere else, so it is kept as what was moved aside is.
# Exit codes: 1.

# take_back: what is in RESTORE_PATH under one of the names is ours only after all others were moved aside. The newest of
# what was there goes back first.
take_back() {
  require_own_staging
  if [ -e "$staging/aside" ]; then
    move_named names "$staging_target" "$staging/new" 2>/dev/null || :
  fi
  find_late_number
  place_left=
  while [ "$late_number" -ge 0 ]; do
    place_kept=$staging/later.$late_number
    [ "$late_number" -gt 0 ] || place_kept=$staging/old
    late_number=$((late_number - 1))
    [ -d "$place_kept" ] || continue
    move_each "$place_kept" "$staging_target" 2>/dev/null || :
    rmdir "$place_kept" 2>/dev/null || place_left="$place_left${place_left:+, }$place_kept"
  done
  rm -f "$staging/aside"
  close_what_was_opened
  [ -z "$place_left" ] ||
    end 1 "What was restored could be moved into $RESTORE_PATH only in part: $(head -n 1 "$work/refusal"). Nothing is lost: what was there before is in $RESTORE_PATH or $place_left, what was restored is in $RESTORE_PATH or $staging/new. Mend this, and run restore.sh again, which finishes it first."
  keep_written
  rm -f "$staging/placing"
  end_not_placed
}

# keep_written: what is not older than the first move was not restored. busybox compares seconds. What cannot be read
# counts.
keep_written() {
  touch -d "@$(($(stat -c %Y "$staging/placing") - 1))" "$work/before-moves"
  place_written=$(find "$staging/new" -mindepth 1 -newer "$work/before-moves" -print -quit 2>&1) || :
  [ -n "$place_written" ] || return 0
  cp "$work/refusal" "$work/reason"
  dress "$staging/new" "$(stat -c '%u:%g %a' "$staging_target")"
  name_aside "$staging/new" ||
    end 1 "What was restored was moved into $RESTORE_PATH and out of it again ($(head -n 1 "$work/reason")), and an application wrote into it meanwhile. Nothing is lost: all of it is in $staging/new. Mend this ($(head -n 1 "$work/refusal")), and run restore.sh again, which finishes it first."
  drop_staging "$staging" || :
  end 1 "What was restored cannot stay in place: $(head -n 1 "$work/reason"). What was in $RESTORE_PATH before is there again. An application wrote into what was restored meanwhile, so all of that is kept, in $RESTORE_PATH/$place_name. Stop the application, mend this, and run restore.sh again."
}
