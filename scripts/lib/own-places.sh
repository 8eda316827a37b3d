# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What restic itself writes must not lie in what is backed up: the repository would grow by itself, and be lost together
# with the source, which would never be at rest. Links are followed; what is not there yet is found by what stands above it.
# Inputs: BACKUP_PATH, BACKUP_PATHS, TMPDIR, BACKUP_PRIVATE_FOLDER, BACKUP_SSH_LOG, where the cache is (RESTIC_CACHE_DIR,
#   XDG_CACHE_HOME, HOME), $repository_folder. Calls `problem` with what is wrong.
# Results: $places_cache, a pattern of the cache that lies in a source, empty if it does not, and $places_left_out, such
#   patterns for all sources, a line each: restic leaves its cache out too, but not if there is a link on the way.

places_cache=
places_left_out=

check_own_places() {
  places_name=BACKUP_PATH
  for_each_line check_places_in "${BACKUP_PATH:-}"
  places_name=BACKUP_PATHS
  for_each_line check_places_in "${BACKUP_PATHS:-}"
}

# check_places_in SOURCE
check_places_in() {
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  places_source=$(print_real "$1")
  if [ -n "$repository_folder" ]; then
    places_real=$(print_real "$repository_folder")
    ! is_in "$places_source" "$places_real" ||
      problem "$places_name: $1 holds the repository, $repository_folder, which would back up itself, and be lost together with it. Put the repository elsewhere."
    [ "$places_source" = "$places_real" ] || ! is_in "$places_real" "$places_source" ||
      problem "$places_name: $1 lies in the repository, $repository_folder, where nothing but restic's own files belongs. Put one of them elsewhere."
  fi
  refuse_place "$1" TMPDIR "${TMPDIR:-/tmp}"
  refuse_place "$1" BACKUP_PRIVATE_FOLDER "${BACKUP_PRIVATE_FOLDER:-}"
  refuse_place "$1" BACKUP_SSH_LOG "${BACKUP_SSH_LOG:-}"
  leave_cache_out "$1" "$(print_cache)"
}

# print_cache: where restic puts it.
print_cache() {
  printf '%s' "${RESTIC_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/restic}"
}

# refuse_place SOURCE NAME PLACE
refuse_place() {
  [ -n "$3" ] && is_in "$places_source" "$(print_real "$3")" || return 0
  problem "$2: $3 lies in $1 ($places_name), so files would come and go there during each backup. Use another directory."
}

# leave_cache_out SOURCE CACHE: a home that is backed up may hold it.
leave_cache_out() {
  places_real=$(print_real "$2")
  [ "$places_real" != "$places_source" ] && is_in "$places_source" "$places_real" || return 0
  places_cache=$(print_literal "$1${places_real#"$places_source"}")
  places_left_out="$places_left_out$places_cache
"
}

# is_in DIRECTORY PATH
is_in() {
  case $2/ in
    "$1"/*) return 0 ;;
    *) return 1 ;;
  esac
}

# print_real PATH: without links, and without a slash at its end.
print_real() {
  places_above=$1 places_below=
  while ! places_found=$(cd "$places_above" 2>/dev/null && pwd -P); do
    places_below=/${places_above##*/}$places_below
    case $places_above in
      */*) places_above=${places_above%/*} places_above=${places_above:-/} ;;
      *) places_above=. ;;
    esac
  done
  printf '%s' "${places_found%/}$places_below"
}
