# shellcheck shell=sh disable=SC2154 # variables that other files set
# Whether there is room for what is restored. This is an estimate: holes in files need no room, a quota shows nowhere,
# and the file system needs some room for itself.
# Inputs: $staging, the results of manifest.sh. Exit codes: 1.

# require_space ends the command where there is too little.
require_space() {
  measure_space "$manifest_bytes"
  if [ "$space_enough" = no ]; then
    # A file with several names needs its room once.
    measure_space "$(awk -f "$here/lib/unique-bytes.awk" "$work/manifest")"
  fi
  case $space_enough in
    no) refuse_space "$(human_bytes "$space_needed") are needed in $RESTORE_PATH, $(human_bytes "$space_free") are free" ;;
    names) refuse_space "$(count "$manifest_entries" file files) and directories need as many inodes in $RESTORE_PATH, $space_inodes are free" ;;
  esac
}

refuse_space() {
  drop_staging "$staging" || :
  end 1 "Not enough space, so nothing was restored: $1. This is an estimate. Make room there and run this again, or pass the estimate over: restore.sh --skip-space-check $chosen_short"
}

# require_short_paths: the kernel takes no path of 4096 bytes or more, and what is restored has the longest paths while it
# is in $staging/new.
require_short_paths() {
  space_longest=$(run_jq longest-path -Rrn "$work/manifest")
  space_excess=$((space_longest + $(printf '%s/new/' "$staging" | wc -c) - 4095))
  if [ "$space_excess" -gt 0 ]; then
    drop_staging "$staging" || :
    end 1 "Nothing was restored, because paths would be too long: snapshot $chosen_short holds one of $space_longest bytes below $BACKUP_PATH, and the kernel takes 4095 with the directory that it is restored in. Restore into a directory with a path that is $(count "$space_excess" byte bytes) shorter than $RESTORE_PATH, as in: RESTORE_PATH=/short restore.sh $chosen_short"
  fi
}

# measure_space BYTES. Results: $space_enough (yes, no, or names, which are too many), $space_needed with five percent
# for the file system, $space_free, $space_inodes. A file system that says 0 of all does not tell.
measure_space() {
  stat -f -c '%b %a %S %c %d' "$staging" >"$work/space"
  awk -v bytes="$1" -v entries="$manifest_entries" '{
    needed = bytes * 1.05; free = $2 * $3
    if ($1 > 0 && free < needed) print "no"
    # The move into place makes a few files of its own.
    else if ($4 > 0 && $5 < entries + 12) print "names"
    else print "yes"
    printf "%.0f\n%.0f\n%.0f\n", needed, free, $5
  }' "$work/space" >"$work/measured"
  {
    read -r space_enough
    read -r space_needed
    read -r space_free
    read -r space_inodes
  } <"$work/measured"
}
