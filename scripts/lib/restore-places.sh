# shellcheck shell=sh disable=SC2154 # variables that other files set
# A restore moves aside what has the same name as something that it restores. That must not be the repository, nor what
# the scripts themselves need: the next command would look for it in vain. Links are followed, as in own-places.sh.
# Inputs: RESTORE_PATH, $repository_folder, TMPDIR, where the cache is, BACKUP_REPOSITORY_MOUNT, RESTIC_PASSWORD_FILE,
#   BACKUP_SECRET_FILES, BACKUP_PRIVATE_FOLDER, BACKUP_REPORT_FILE, $here, $choose_wanted. Calls `problem` with what is wrong.
# Exit codes: 1.

# check_restore_place: what can be told before anything is read.
check_restore_place() {
  [ -n "${RESTORE_PATH:-}" ] || return 0
  places_target=$(print_real "$RESTORE_PATH")
  if [ -n "$repository_folder" ]; then
    places_real=$(print_real "$repository_folder")
    if is_in "$places_real" "$places_target"; then
      problem "RESTORE_PATH: $RESTORE_PATH is the repository, $repository_folder, or lies in it, where nothing but restic's own files belongs. Use another directory."
    elif is_in "$places_target" "$places_real"; then
      problem "RESTORE_PATH: $RESTORE_PATH holds the repository, $repository_folder, which a restore must not move aside. Use a directory beside it, as in: RESTORE_PATH=$RESTORE_PATH/restored restore.sh"
    fi
  fi
  places_real=$(print_real "$(print_cache)")
  ! is_in "$places_real" "$places_target" ||
    problem "RESTORE_PATH: $RESTORE_PATH is the cache of restic, or lies in it, where restic removes what is old. Use another directory."
  [ "$places_target" != "$(print_real "${TMPDIR:-/tmp}")" ] ||
    problem "RESTORE_PATH: $RESTORE_PATH is TMPDIR, where files come and go. Use a directory of its own, as in: RESTORE_PATH=$RESTORE_PATH/restored restore.sh"
}

# require_open_target: a directory that was closed to its owner when it was backed up comes back so, and the next restore
# cannot write to it. Its owner opens it: nobody would close it again after a kill.
require_open_target() {
  [ "$choose_wanted" != --list ] || return 0
  places_open=$RESTORE_PATH
  while [ ! -d "${places_open:-/}" ]; do
    places_open=${places_open%/*}
  done
  [ -n "$places_open" ] && { [ ! -w "$places_open" ] || [ ! -x "$places_open" ]; } || return 0
  case $(stat -L -c '%u:%a' "$places_open") in
    "$(id -u)":*[37]??) ;;
    "$(id -u)":*)
      end 1 "Nothing was restored, because $places_open is closed to its owner, user $(id -u): its mode is $(stat -L -c %a "$places_open"). Open it, and run this again: chmod u+rwx $(printf '%s' "$places_open" | run_jq shell-word -Rrs). Close it afterwards if that is meant: restore.sh keeps the mode of a directory that is there."
      ;;
  esac
}

# refuse_needed_names: what the scripts need may be in the way only of what the snapshot holds.
refuse_needed_names() {
  for places_needed in "$work" "${BACKUP_REPOSITORY_MOUNT:-}" "${RESTIC_PASSWORD_FILE:-}" "${BACKUP_SECRET_FILES:-}" \
    "${BACKUP_PRIVATE_FOLDER:-}" "${BACKUP_REPORT_FILE:-}" "$here"; do
    [ -n "$places_needed" ] || continue
    places_real=$(print_real_file "$places_needed")
    case $places_real in
      "${staging_target%/}"/*) ;;
      *) continue ;;
    esac
    places_name=${places_real#"${staging_target%/}"/}
    places_name=${places_name%%/*}
    is_there "$staging/new/$places_name" || continue
    echo "$places_needed is needed to restore, and would be moved aside, because the snapshot holds an entry named $places_name. Use another RESTORE_PATH" >"$work/refusal"
    end_not_placed
  done
}

# print_real_file PATH: of a file, the directory that it is in is looked for.
print_real_file() {
  if [ -d "$1" ]; then
    print_real "$1"
  else
    printf '%s/%s' "$(print_real "$(dirname -- "$1")")" "${1##*/}"
  fi
}
