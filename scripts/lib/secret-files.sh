# shellcheck shell=sh
# Private copies of the files that hold credentials: ssh refuses a key that its group may read, which is what a Secret
# volume gives to a user other than root, and rclone writes the tokens that it renews into its configuration.
# Inputs: BACKUP_SECRET_FILES, a directory that some of them are in (unset: none is needed); BACKUP_PRIVATE_FOLDER
# (/run/restic), where the copies go. Calls `problem` with what is wrong.

make_secret_files() {
  [ -n "${BACKUP_SECRET_FILES:-}" ] || return 0
  : "${BACKUP_PRIVATE_FOLDER:=/run/restic}"
  if [ ! -d "$BACKUP_SECRET_FILES" ] || [ ! -r "$BACKUP_SECRET_FILES" ] || [ ! -x "$BACKUP_SECRET_FILES" ]; then
    problem "BACKUP_SECRET_FILES: $BACKUP_SECRET_FILES is not a directory that user $(id -u) can read."
  elif [ ! -d "$BACKUP_PRIVATE_FOLDER" ] || [ ! -w "$BACKUP_PRIVATE_FOLDER" ] || [ ! -x "$BACKUP_PRIVATE_FOLDER" ]; then
    problem "BACKUP_PRIVATE_FOLDER: $BACKUP_PRIVATE_FOLDER is not a directory that user $(id -u) can write to."
  else
    for secret_file in ssh-privatekey known_hosts credentials.json rclone.conf; do
      copy_privately "$secret_file" "$secret_file"
    done
    # restic wants both in one file.
    copy_privately tls-client.pem tls.crt tls.key
  fi
}

# copy_privately COPY SOURCE…: the sources one after another. Other scripts of the same pod may be doing the same.
copy_privately() {
  secret_copy=$BACKUP_PRIVATE_FOLDER/$1
  shift
  for secret_source; do
    [ -e "$BACKUP_SECRET_FILES/$secret_source" ] || return 0
    if [ ! -r "$BACKUP_SECRET_FILES/$secret_source" ]; then
      problem "BACKUP_SECRET_FILES: $BACKUP_SECRET_FILES/$secret_source cannot be read by user $(id -u)."
      return 0
    fi
  done
  ! is_newer "$secret_copy" "$@" || return 0
  secret_unfinished=$secret_copy.$$
  if ! print_privately "$@" 2>/dev/null; then
    problem "BACKUP_PRIVATE_FOLDER: $secret_copy could not be written. The directory may be full."
  # rclone, started by another script, may have written to it meanwhile.
  elif ! is_newer "$secret_copy" "$@"; then
    mv "$secret_unfinished" "$secret_copy" 2>/dev/null || problem "BACKUP_PRIVATE_FOLDER: $secret_copy could not be replaced by user $(id -u)."
  fi
  rm -f "$secret_unfinished"
}

# print_privately SOURCE…: into $secret_unfinished.
print_privately() (
  umask 077
  for secret_source; do
    print_unix_lines "$BACKUP_SECRET_FILES/$secret_source" || exit 1
  done >"$secret_unfinished"
)

# is_newer COPY SOURCE…: the sources are links, of which the time of the file behind them counts.
is_newer() {
  secret_newer=$1
  shift
  [ -e "$secret_newer" ] || return 1
  for secret_source; do
    [ -n "$(find -L "$secret_newer" -newer "$BACKUP_SECRET_FILES/$secret_source")" ] || return 1
  done
}

# print_unix_lines FILE: ssh reads neither a key that begins with a byte order mark or whose lines end in CRLF, as editors
# on Windows write them, nor one whose last line has no end.
print_unix_lines() {
  secret_return=$(printf '\r') secret_mark=$(printf '\357\273\277')
  sed "1s/^$secret_mark//; s/$secret_return\$//" "$1" || return 1
  [ -z "$(tail -c 1 "$1")" ] || echo
}
