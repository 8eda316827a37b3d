# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Checks the environment, and reports all that is wrong with it at once. No message holds the value of a secret.
# Exit codes: 64 bad settings, 1 the volume of the repository is not mounted.

settings_problems=

# What every command needs.
check_settings() {
  command -v jq >/dev/null || problem "jq: not found. Use the image restic/restic, which holds it."
  command -v restic >/dev/null || problem "restic: not found. Use the image restic/restic, which holds it."
  if [ -z "$work" ]; then
    problem "TMPDIR: cannot create a folder in ${TMPDIR:-/tmp}. Mount a writable volume there."
  elif ! echo room 2>/dev/null >"$work/room"; then
    problem "TMPDIR: cannot write to ${TMPDIR:-/tmp}, which is most likely full. Make room there."
  fi
  if [ -z "${RESTIC_REPOSITORY:-}" ]; then
    problem "RESTIC_REPOSITORY: not set. It holds the location of the repository."
  elif holds_password "$RESTIC_REPOSITORY"; then
    problem "RESTIC_REPOSITORY: holds a password. Use RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD."
  fi
  if [ -z "${RESTIC_PASSWORD_FILE:-}" ]; then
    problem "RESTIC_PASSWORD_FILE: not set. It names the file that holds the password of the repository."
  elif [ ! -r "$RESTIC_PASSWORD_FILE" ] || [ ! -s "$RESTIC_PASSWORD_FILE" ]; then
    problem "RESTIC_PASSWORD_FILE: $RESTIC_PASSWORD_FILE is missing, empty or not readable for user $(id -u)."
  fi
  check_seconds BACKUP_LOCK_WAIT "${BACKUP_LOCK_WAIT:=1920}"
  check_seconds BACKUP_PROBE_TIMEOUT "${BACKUP_PROBE_TIMEOUT:=90}"
  check_restic_options
  check_repository_id
  make_private_files
}

# check_folder NAME VALUE: restic compares paths letter by letter, so there must be one way to write each.
check_folder() {
  case $2 in
    '') problem "$1: not set. It holds an absolute path." ;;
    / | */ | *//* | */./* | */../* | */. | */..) problem "$1: \"$2\" is not in its shortest form, such as /var/data." ;;
    /*) ;;
    *) problem "$1: \"$2\" is not an absolute path." ;;
  esac
}

check_host() {
  [ -n "${BACKUP_HOST:-}" ] || problem "BACKUP_HOST: not set. It is the host name that all snapshots bear."
}

# Each line one rule; a rule that is no rule of `restic forget` could delete more than was meant.
check_retention() {
  tags_only=
  while IFS= read -r rule; do
    value=${rule#*=}
    case $rule in
      --keep-tag=*) : "${tags_only:=yes}" ;;
      ?*) tags_only=no ;;
    esac
    case $rule in
      '') ;;
      --keep-last=* | --keep-hourly=* | --keep-daily=* | --keep-weekly=* | --keep-monthly=* | --keep-yearly=*)
        case $value in
          unlimited) ;;
          '' | 0* | *[!0-9]*) problem "BACKUP_RETENTION: \"$rule\" needs a number of 1 or more, or unlimited." ;;
        esac
        ;;
      --keep-within=* | --keep-within-hourly=* | --keep-within-daily=* | --keep-within-weekly=* | \
        --keep-within-monthly=* | --keep-within-yearly=*)
        case $value in
          '' | *[!0-9ymdh]* | [!0-9]* | *[0-9]) problem "BACKUP_RETENTION: \"$rule\" needs a duration such as 1y2m7d." ;;
        esac
        ;;
      --keep-tag=?*) ;;
      *) problem "BACKUP_RETENTION: \"$rule\" is not a rule such as --keep-daily=7, one on each line." ;;
    esac
  done <<RULES
${BACKUP_RETENTION:-}
RULES
  [ "$tags_only" != yes ] || problem "BACKUP_RETENTION: keeps no snapshot without these tags. Add a rule such as --keep-last=7."
}

check_restic_options() {
  while IFS= read -r option; do
    case $option in
      '' | --?*) ;;
      *) problem "RESTIC_OPTIONS: a line does not begin with --. Write one option on each line, as in --limit-upload=500." ;;
    esac
  done <<OPTIONS
${RESTIC_OPTIONS:-}
OPTIONS
}

check_seconds() {
  case $2 in
    '' | *[!0-9]*) problem "$1: \"$2\" is not a number of seconds." ;;
  esac
}

# check_number NAME VALUE UNIT: small enough for the shell to calculate with, and not octal.
check_number() {
  case $2 in
    '' | *[!0-9]* | 0?* | ????????????????*) problem "$1: \"$2\" is not a number of $3." ;;
  esac
}

# check_size NAME VALUE: as restic understands it.
check_size() {
  case ${2%[KMGT]} in
    '' | *[!0-9]* | 0* | ????????????*) problem "$1: \"$2\" is not a size such as 500M or 2G." ;;
  esac
}

# check_switch NAME VALUE
check_switch() {
  case $2 in
    '' | yes) ;;
    *) problem "$1: \"$2\" is neither yes nor empty." ;;
  esac
}

# The part before the first slash of an address may be user:password@host.
holds_password() {
  case ${1#*://} in
    "$1") return 1 ;;
  esac
  authority=${1#*://}
  case ${authority%%/*} in
    *:*@*) return 0 ;;
    *) return 1 ;;
  esac
}

problem() {
  settings_problems="$settings_problems $1"
}

# Ends the command if anything was wrong.
refuse_bad_settings() {
  [ -z "$settings_problems" ] || end 64 "Nothing was done.$settings_problems"
}

# An empty folder where the volume should be looks like a repository that was never there.
require_repository_mount() {
  [ -n "${BACKUP_REPOSITORY_MOUNT:-}" ] || return 0
  is_mount_point "$BACKUP_REPOSITORY_MOUNT" ||
    end 1 "The volume of the repository is not mounted at $BACKUP_REPOSITORY_MOUNT, so nothing was done: check its claim."
}

# is_mount_point PATH: the kernel writes some characters of paths in octal.
is_mount_point() {
  escaped=$(printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g')
  while read -r _ _ _ _ point _; do
    [ "$point" != "$escaped" ] || return 0
  done </proc/self/mountinfo
  return 1
}
