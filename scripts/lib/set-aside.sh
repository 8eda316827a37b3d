# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Keeps a directory that may hold the last copy of something, in RESTORE_PATH.
# Inputs: $staging_target.

# name_aside DIRECTORY moves it into RESTORE_PATH, under the time as its name. Results: $place_name.
name_aside() {
  place_name=before-restore-$(date -u +%Y%m%dT%H%M%SZ)
  while is_there "$staging_target/$place_name"; do
    sleep 1
    place_name=before-restore-$(date -u +%Y%m%dT%H%M%SZ)
  done
  unharmed_in / mv -T "$1" "$staging_target/$place_name" 2>"$work/refusal"
}
