# shellcheck shell=sh disable=SC2154 # variables that other files set
# Checks what every command needs: programs, TMPDIR, the repository, its password and credentials, options, the volume.
# Inputs: RESTIC_PASSWORD_FILE, RESTIC_OPTIONS, RESTIC_READ_CONCURRENCY, BACKUP_HOST, BACKUP_LOCK_WAIT,
#   BACKUP_PROBE_TIMEOUT, BACKUP_REPOSITORY_MOUNT, and what location.sh and secret-files.sh name. Calls `problem` with what
#   is wrong.
# Exit codes: 1 the volume of the repository is not mounted.

check_settings() {
  command -v jq >/dev/null || problem "jq: not found. Use the image restic/restic, which holds it."
  command -v restic >/dev/null || problem "restic: not found. Use the image restic/restic, which holds it."
  if [ -z "$work" ]; then
    problem "TMPDIR: no directory can be made in ${TMPDIR:-/tmp}. Mount a writable volume there, and make room in it."
  elif ! has_room; then
    problem "TMPDIR: ${TMPDIR:-/tmp} cannot be written to, so it is most likely full. Make room there."
  fi
  check_location
  check_password_file
  [ -z "${BACKUP_REPOSITORY_MOUNT:-}" ] || check_directory BACKUP_REPOSITORY_MOUNT "$BACKUP_REPOSITORY_MOUNT"
  check_number BACKUP_LOCK_WAIT "${BACKUP_LOCK_WAIT:=1920}" seconds
  check_number BACKUP_PROBE_TIMEOUT "${BACKUP_PROBE_TIMEOUT:=90}" seconds
  # restic counts nanoseconds in 64 bits.
  case $BACKUP_LOCK_WAIT in
    ?????????*) problem "BACKUP_LOCK_WAIT: $BACKUP_LOCK_WAIT seconds are more than restic can wait. Use 99999999 at most." ;;
  esac
  # restic reads it in a backup only, so in our notes too: after the work of other commands.
  [ -z "${RESTIC_READ_CONCURRENCY:-}" ] || check_number RESTIC_READ_CONCURRENCY "$RESTIC_READ_CONCURRENCY" files
  case ${RESTIC_READ_CONCURRENCY:-} in
    ?????*) problem "RESTIC_READ_CONCURRENCY: $RESTIC_READ_CONCURRENCY is more than any disk can read at once. Use 9999 at most." ;;
  esac
  check_restic_options
  check_variables
  make_secret_files
}

check_password_file() {
  if [ -z "${RESTIC_PASSWORD_FILE:-}" ]; then
    problem "RESTIC_PASSWORD_FILE: not set. It names the file that holds the password of the repository."
  elif [ -d "$RESTIC_PASSWORD_FILE" ]; then
    problem "RESTIC_PASSWORD_FILE: $RESTIC_PASSWORD_FILE is a directory. Name the file in it that holds the password."
  elif ! [ -s "$RESTIC_PASSWORD_FILE" ] || ! true 2>/dev/null <"$RESTIC_PASSWORD_FILE"; then
    problem "RESTIC_PASSWORD_FILE: $RESTIC_PASSWORD_FILE is missing, empty or not readable for user $(id -u)."
  elif ! grep -q '[^[:space:]]' "$RESTIC_PASSWORD_FILE"; then
    problem "RESTIC_PASSWORD_FILE: $RESTIC_PASSWORD_FILE holds nothing but white space, which restic takes for no password. Write the password into the Secret."
  fi
}

check_host() {
  case ${BACKUP_HOST:-} in
    '') problem "BACKUP_HOST: not set. It is the host name that all snapshots bear." ;;
    *[[:cntrl:]]*) problem "BACKUP_HOST: holds a line end or another control character. Take it out." ;;
    *) check_text BACKUP_HOST "$BACKUP_HOST" ;;
  esac
}

# check_restic_options: an option must be one of all of restic's commands, because each of ours runs several of them, and
# must not change what they work with, or what they print.
check_restic_options() {
  while IFS= read -r settings_option; do
    case $settings_option in
      '' | --cacert=?* | --cache-dir=?* | --cleanup-cache* | --compression=?* | --http-user-agent=?* | --insecure-tls* | \
        --limit-download=?* | --limit-upload=?* | --no-cache* | --no-extra-verify* | --option=?*=* | --pack-size=?* | \
        --retry-lock=?* | --stuck-request-timeout=?* | --tls-client-cert=?* | --verbose | --verbose=[012]) ;;
      --help* | --dry-run* | --quiet* | --json* | --no-lock* | --repo* | --password* | --insecure-no-password* | \
        --key-hint* | --host* | --tag* | --path*)
        problem "RESTIC_OPTIONS: ${settings_option%%=*} changes what the scripts read of restic. Leave it out."
        ;;
      --?*) problem "RESTIC_OPTIONS: ${settings_option%%=*} is not among the options of all commands of restic, or its value is missing. Write it as in --limit-upload=500, or leave it out." ;;
      *) problem "RESTIC_OPTIONS: a line does not begin with --. Write one option on each line, for example --limit-upload=500." ;;
    esac
  done <<OPTIONS
${RESTIC_OPTIONS:-}
OPTIONS
}

# check_variables: a line end in a credential, which `echo … | base64` leaves in a Secret, makes requests that no server
# understands. Only options, one on each line, and whole files may hold some.
check_variables() {
  settings_bad=$(awk 'BEGIN {
    for (name in ENVIRON)
      if (name ~ /^(AWS|MINIO|RESTIC|B2|AZURE|GOOGLE|OS|ST|SWIFT|RCLONE|(HTTPS?|NO)_PROXY|(https?|no)_proxy)(_|$)/ \
        && name !~ /^RESTIC_OPTIONS$|^RCLONE_.*_(CREDENTIALS|PEM)$/ \
        && ENVIRON[name] ~ /[\001-\037\177]/) printf " %s", name
  }')
  for settings_name in $settings_bad; do
    problem "$settings_name: holds a line end or another control character. Make the Secret anew without it, for example with kubectl create secret --from-literal, or with printf instead of echo."
  done
}

# for_each_line FUNCTION LINES: calls it with each line that is not empty.
for_each_line() {
  while IFS= read -r settings_line; do
    [ -z "$settings_line" ] || "$1" "$settings_line"
  done <<LINES
$2
LINES
}

# require_repository_mount: an empty directory where the volume should be looks like a repository that was never there.
require_repository_mount() {
  [ -n "${BACKUP_REPOSITORY_MOUNT:-}" ] || return 0
  is_mount_point "$BACKUP_REPOSITORY_MOUNT" ||
    end 1 "The volume of the repository is not mounted at $BACKUP_REPOSITORY_MOUNT, so nothing was done. Check its claim."
}

# is_mount_point PATH: the kernel writes some characters of paths in octal.
is_mount_point() {
  settings_escaped=$(printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g')
  while read -r _ _ _ _ settings_point _; do
    [ "$settings_point" != "$settings_escaped" ] || return 0
  done </proc/self/mountinfo
  return 1
}
