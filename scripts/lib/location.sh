# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Where the repository lies, what of that people may see, and which repository must be there.
# Inputs: RESTIC_REPOSITORY; BACKUP_REPOSITORY_ID (64 hexadecimal digits; unset: any repository is right).
# Results: $repository_shown; $repository_folder, the directory of a local repository, else empty. Exit codes: 10 no repository.

# For messages: what stands between the scheme and an @ may be a user with a password.
repository_shown=$(printf '%s\n' "${RESTIC_REPOSITORY:-}" | sed 's#^\([A-Za-z0-9]*:\([Hh][Tt][Tt][Pp][Ss]*:\)*//\)[^/@]*:[^@]*@#\1…@#')

# What has no scheme is a directory too.
case ${RESTIC_REPOSITORY:-} in
  local:*) repository_folder=${RESTIC_REPOSITORY#local:} ;;
  /* | ./* | ../*) repository_folder=$RESTIC_REPOSITORY ;;
  *:*) repository_folder= ;;
  *) repository_folder=${RESTIC_REPOSITORY:-} ;;
esac

# check_location: a password in the location would stand in logs.
check_location() {
  case ${RESTIC_REPOSITORY:-} in
    '') problem "RESTIC_REPOSITORY: not set. It holds the location of the repository." ;;
    [Hh][Tt][Tt][Pp]:* | [Hh][Tt][Tt][Pp][Ss]:*) problem "RESTIC_REPOSITORY: begins with http. Write the backend before it, for example rest:https://… or s3:https://…." ;;
    rest:* | s3:* | sftp://*) refuse_password_in "${RESTIC_REPOSITORY#*:}" ;;
    sftp:*:*@*:*) case ${RESTIC_REPOSITORY%%@*} in sftp:*/*) ;; *) refuse_password ;; esac ;;
    rclone:*,*[Pp][Aa][Ss][Ss]*=* | rclone:*,*[Ss][Ee][Cc][Rr][Ee][Tt]*=* | rclone:*,*[Tt][Oo][Kk][Ee][Nn]*=* | rclone:*,*[Kk][Ee][Yy]*=*)
      problem "RESTIC_REPOSITORY: holds a credential of rclone. Write it into rclone.conf, and only the name of the remote here."
      ;;
  esac
  case ${BACKUP_REPOSITORY_ID:-} in
    '') ;;
    *[!0-9a-f]*) problem "BACKUP_REPOSITORY_ID: not an id of a repository, which is 64 hexadecimal digits." ;;
    *) [ ${#BACKUP_REPOSITORY_ID} -eq 64 ] || problem "BACKUP_REPOSITORY_ID: not an id of a repository, which is 64 hexadecimal digits." ;;
  esac
}

# refuse_password_in ADDRESS: what follows the first colon is a port where it is a number; else it is a password, which may
# hold a slash.
refuse_password_in() {
  case $1 in
    *://*) location_rest=${1#*://} ;;
    [Hh][Tt][Tt][Pp]:* | [Hh][Tt][Tt][Pp][Ss]:*) location_rest=${1#*:} ;;
    *) location_rest=${1#//} ;;
  esac
  case ${location_rest%%/*} in
    '['* | *:) ;;
    *@*) case ${location_rest%%@*} in *:*) refuse_password ;; esac ;;
    *:*[!0-9]*) case $location_rest in *@*) refuse_password ;; esac ;;
  esac
}

refuse_password() {
  problem "RESTIC_REPOSITORY: holds a password. Take user and password out of the location, and set RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD, or the variables of your backend."
}

# end_without_repository WHAT
end_without_repository() {
  find_moved_aside
  if [ -n "${BACKUP_REPOSITORY_ID:-}" ]; then
    end 10 "$1: the repository vanished. There must be the one with the id $BACKUP_REPOSITORY_ID at $repository_shown, and there is none. Find out whether its storage was emptied, replaced or not mounted.$location_aside No new one is made while BACKUP_REPOSITORY_ID is set."
  fi
  end 10 "$1: there is no repository at $repository_shown. Check the address, and that its storage is there.$location_aside Only init.sh makes a repository."
}

# find_moved_aside: a restore over the repository, which earlier versions did not refuse, has moved it.
# Results: $location_aside, in words.
find_moved_aside() {
  location_aside=
  [ -n "$repository_folder" ] || return 0
  for location_moved in "$repository_folder"/before-restore-* "${repository_folder%/*}"/before-restore-*/"${repository_folder##*/}"; do
    [ ! -f "$location_moved/config" ] || [ ! -d "$location_moved/keys" ] ||
      location_aside=" A restore has moved one aside: $location_moved looks like it. Move what is in it back."
  done
}
