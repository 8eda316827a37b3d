# shellcheck shell=sh
# Private copies of the files that hold credentials: ssh refuses a key that its group may read, which is what a Secret
# volume gives to a user other than root, and rclone writes the tokens that it renews into its configuration.
# Inputs: BACKUP_SECRET_FILES, a folder that some of them are in (unset: none is needed); BACKUP_PRIVATE_FOLDER
# (/run/restic), where the copies go. Calls `problem` with what is wrong.

make_private_files() {
  [ -n "${BACKUP_SECRET_FILES:-}" ] || return 0
  : "${BACKUP_PRIVATE_FOLDER:=/run/restic}"
  if [ ! -r "$BACKUP_SECRET_FILES" ] || [ ! -x "$BACKUP_SECRET_FILES" ]; then
    problem "BACKUP_SECRET_FILES: $BACKUP_SECRET_FILES is not a folder that user $(id -u) can read."
  elif [ ! -d "$BACKUP_PRIVATE_FOLDER" ] || [ ! -w "$BACKUP_PRIVATE_FOLDER" ] || [ ! -x "$BACKUP_PRIVATE_FOLDER" ]; then
    problem "BACKUP_PRIVATE_FOLDER: $BACKUP_PRIVATE_FOLDER is not a folder that user $(id -u) can write to."
  else
    for name in ssh-privatekey known_hosts credentials.json rclone.conf; do
      copy_privately "$name" "$name"
    done
    # restic wants both in one file.
    copy_privately tls-client.pem tls.crt tls.key
  fi
}

# copy_privately COPY SOURCE…: the sources one after another. Other scripts of the same pod may be doing the same.
copy_privately() {
  copy=$BACKUP_PRIVATE_FOLDER/$1
  shift
  for source; do
    [ -e "$BACKUP_SECRET_FILES/$source" ] || return 0
    if [ ! -r "$BACKUP_SECRET_FILES/$source" ]; then
      problem "BACKUP_SECRET_FILES: $BACKUP_SECRET_FILES/$source cannot be read by user $(id -u)."
      return 0
    fi
  done
  ! is_newer "$copy" "$@" || return 0
  unfinished=$copy.$$
  if (umask 077 && for source; do whole_lines "$BACKUP_SECRET_FILES/$source"; done >"$unfinished") 2>/dev/null; then
    # rclone, started by another script, may have written to it meanwhile.
    if ! is_newer "$copy" "$@" && mv "$unfinished" "$copy"; then
      return 0
    fi
  else
    problem "BACKUP_PRIVATE_FOLDER: $copy could not be written: it may be full."
  fi
  rm -f "$unfinished"
}

# is_newer COPY SOURCE…: the sources are links, of which the time of the file behind them counts.
is_newer() {
  newer_copy=$1
  shift
  [ -e "$newer_copy" ] || return 1
  for source; do
    [ -n "$(find -L "$newer_copy" -newer "$BACKUP_SECRET_FILES/$source")" ] || return 1
  done
}

# ssh does not read a key whose last line has no end.
whole_lines() {
  cat "$1" || return 1
  [ -z "$(tail -c 1 "$1")" ] || echo
}
