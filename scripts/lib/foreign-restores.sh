# shellcheck shell=sh disable=SC2154 # variables that other files set
# Directories that are named like those of restores, and have no mark that makes them certainly one of a restore into
# RESTORE_PATH: because it was killed before it had set its mark, or because somebody has copied the directory. A copy
# may be as old as a backup that brought it here, so it is not finished on a guess; but it may hold last copies.

# remove_unmarked DIRECTORY: of a restore that was killed before it had set its mark, if nothing else is in it. One that
# is alive makes itself another directory.
remove_unmarked() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    case $(ls -A "$1" 2>/dev/null) in
      '' | "$staging_mark.new")
        rm -f "$1/$staging_mark.new" || :
        rmdir "$1" || :
        ;;
    esac 2>/dev/null
  fi
}

# warn_of_foreign DIRECTORY names what has begun to be moved. One with a mark of another RESTORE_PATH is that one's.
warn_of_foreign() {
  if [ ! -d "$1" ] || [ -L "$1" ] || ! has_begun "$1"; then
    return 0
  fi
  foreign_mark=$1/$staging_mark foreign_inode='' foreign_side=
  if [ -f "$foreign_mark" ]; then
    foreign_inode=$(sed -n 4p "$foreign_mark")
    foreign_side=$(sed -n 5p "$foreign_mark")
  fi 2>/dev/null
  foreign_words="$1 is left of an earlier restore that had begun to move files, and was not touched"
  foreign_holds="In old and later.… there may be what was in $RESTORE_PATH before, in new what was restored"
  if [ -z "$foreign_side" ]; then
    warn "$foreign_words, because it has no whole mark. $foreign_holds: move it from there by hand, and then remove it."
  elif [ "$foreign_side" = "$(print_side "$1")" ] && [ "$foreign_inode" != "$(stat -c %i "$1")" ]; then
    warn "$foreign_words, because it is a copy, with another inode than its mark says. $foreign_holds. If it was copied together with all of $RESTORE_PATH, have it finished: sed -i \"4s/.*/\$(stat -c %i $1)/\" $foreign_mark && restore.sh. Otherwise move what you need from there by hand, and then remove it."
  fi
}

# has_begun DIRECTORY
has_begun() {
  sh -c "$begun_program"'
  is_begun "$0"' "$1"
}
