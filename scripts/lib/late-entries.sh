# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What appears in RESTORE_PATH while files are moved into it, because an application runs there. It is moved aside as what
# was there before, and each time into a directory of its own: nothing that it wrote may be lost.
# Results: $staging/later.N, $late_words.

late_words=

# move_late_aside: the names that still are in new/ are taken in RESTORE_PATH.
move_late_aside() {
  find_late || return 1
  [ "$late_count" -gt 0 ] || return 0
  find_late_number
  late_number=$((late_number + 1))
  mkdir "$staging/later.$late_number" || return 1
  dress "$staging/later.$late_number" "$(stat -c '%u:%g %a' "$staging_target")"
  moving_undressed=
  move_named late "$staging_target" "$staging/later.$late_number"
}

# find_late_number. Results: $late_number, the highest one that is taken.
find_late_number() {
  late_number=0
  for late_directory in "$staging"/later.*; do
    late_taken=${late_directory##*.}
    [ ! -d "$late_directory" ] || [ "$late_taken" -le "$late_number" ] || late_number=$late_taken
  done
}

# find_late. Results: $staging/late, names that end with a NUL; $late_count; $late_words.
find_late() {
  late_count=0 late_first=
  cd "$staging/new" || return 1
  for late_entry in ..?* .[!.]* *; do
    if is_there "$late_entry" && is_there "$staging_target/$late_entry"; then
      printf '%s\0' "$late_entry" >&3 || return 1
      late_count=$((late_count + 1))
      late_first=${late_first:-$late_entry}
    fi
  done 3>"$staging/late"
  cd /
  [ "$late_count" -gt 0 ] || return 0
  late_words="$(printf '%s' "$late_first" | tr '[:cntrl:]' ' ')"
  [ "$late_count" -eq 1 ] || late_words="$late_words and $(count $((late_count - 1)) "other entry" "other entries")"
  late_words="$late_words appeared in $RESTORE_PATH, so an application is running there. Stop it, and restore again"
}

# warn_of_late, once all is in place.
warn_of_late() {
  [ -z "$late_words" ] ||
    warn "While files were moved into place, $late_words. What it wrote until then is in $place_aside."
  late_words=
}
