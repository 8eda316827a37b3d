# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Restores that have begun to move files into what is backed up, and have not finished: a part of the source is in their
# directories then, which are left out. A backup of the rest would look good, and retention would remove the last snapshot
# that is.
# Inputs: BACKUP_PATH, BACKUP_PATHS, $work. Exit codes: 65 such a restore is dead · 75 it seems to be alive.

# As long as its mark is not older, in seconds, a restore may be alive.
unfinished_patience=90

# For a shell of its own: writes into the file $0 the first one of the directories that holds a part of the source. $1 is
# the name of a source that they lie beside, empty where they lie in one; restores into $2 are left out, as is $2.
# shellcheck disable=SC2016 # of that shell
unfinished_program="$begun_program"'
  exec 2>/dev/null
  beside=$1 left_out=$2
  shift 2
  is_of_source() {
    case $beside:$(sed -n 5p "$1/restic-backup-restore") in
      ":beside "*) is_left_out "${1%/*}/$(sed -n "5s/beside //p" "$1/restic-backup-restore")" || return 0 ;;
      :*) is_left_out "${1%/*}" || return 0 ;;
      "$beside:beside $beside") return 0 ;;
      *":beside "*) ;;
      *) for kept in "$1/new" "$1/old" "$1"/later.*; do ! is_there "$kept/$beside" || return 0; done ;;
    esac
    return 1
  }
  is_left_out() {
    case $left_out:$1/ in :*) return 1 ;; "$left_out:$left_out"/*) return 0 ;; esac
    return 1
  }
  for directory; do
    [ -d "$directory" ] && [ ! -L "$directory" ] && is_begun "$directory" && is_of_source "$directory" || continue
    printf %s "$directory" >"$0"
    break
  done
  exit 0'

# refuse_unfinished_beside: a restore to a directory that was missing puts its own directory beside it.
refuse_unfinished_beside() {
  true >"$work/unfinished"
  for_each_line look_beside "$BACKUP_PATH
${BACKUP_PATHS:-}"
  refuse_unfinished
}

# look_beside SOURCE: the restore may also be one of a directory above.
look_beside() {
  unfinished_path=$1
  while [ -n "${unfinished_path#/}" ]; do
    unfinished_above=${unfinished_path%/*}
    sh -c "$unfinished_program" "$work/unfinished" "${unfinished_path##*/}" "" "$unfinished_above"/.restic-backup-restore.??????
    unfinished_path=$unfinished_above
  done
}

# refuse_unfinished ends the command for what was found here, or by scan_source.
refuse_unfinished() {
  [ -s "$work/unfinished" ] || return 0
  unfinished_directory=$(cat "$work/unfinished")
  unfinished_target=${unfinished_directory%/*}
  unfinished_beside=$(sed -n '5s/^beside //p' "$unfinished_directory/restic-backup-restore" 2>/dev/null) || :
  unfinished_target=${unfinished_target:-/}${unfinished_beside:+/$unfinished_beside}
  unfinished_again="run restore.sh again with RESTORE_PATH=$unfinished_target, which finishes it first, or says why not"
  unfinished_beat=$(stat -c %Y "$unfinished_directory/restic-backup-restore" 2>/dev/null) || unfinished_beat=0
  [ $(($(date +%s) - unfinished_beat)) -ge "$unfinished_patience" ] ||
    end 75 "A restore is moving its files into $unfinished_target right now, so nothing was backed up: a part of the source is in $unfinished_directory. The next try looks again. If that restore is dead, $unfinished_again."
  end 65 "A restore has not finished moving its files into $unfinished_target, so nothing was backed up: a part of the source is in $unfinished_directory, and older snapshots stay as they are. Do not remove that directory, but $unfinished_again."
}
