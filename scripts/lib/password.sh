# shellcheck shell=sh disable=SC2154 # variables of other files
# Runs restic with the password as it is in its file, and, where that is wrong, as a variable would have held it: restic
# removes white space at the ends of a password in a file, and not of one in a variable. A repository that was made with
# RESTIC_PASSWORD="secret\n" opens with no file: https://github.com/restic/restic/blob/v0.19.1/internal/global/secondary_repo.go
# Inputs: RESTIC_PASSWORD_FILE, or RESTIC_PASSWORD once the variable has turned out to be right.

password_tried=
password_line_end='
'

# run_restic NAME LIMIT DOING ARGUMENT…: see run_cached.
run_restic() {
  run_cached "$@"
  if [ -z "$password_tried" ] && ended "$1" 12; then
    password_tried=yes
    if use_password_with_its_end; then
      run_cached "$@"
    fi
  fi
}

# use_password_with_its_end tries what the file holds to the last byte, the same without its last line end, and what a
# variable holds into which a human has read a password with one line end. What has no white space at an end, restic has
# tried.
use_password_with_its_end() {
  # Command substitution removes line ends, so a dot protects them.
  password_raw=$(cat "$RESTIC_PASSWORD_FILE" && echo .) || return 1
  password_raw=${password_raw%.}
  password_plain=$(cat "$RESTIC_PASSWORD_FILE")
  password_before=
  for password in "$password_raw" "${password_raw%"$password_line_end"}" "$password_plain$password_line_end"; do
    case $password in
      "$password_before") continue ;;
      [[:space:]]* | *[[:space:]]) ;;
      *) continue ;;
    esac
    password_before=$password
    if opens "$password"; then
      export RESTIC_PASSWORD="$password"
      unset RESTIC_PASSWORD_FILE
      warn "The repository opens only with white space at an end of its password. restic removes that from a password file, so it is passed as a variable here. Add a key without it with restic key add, and remove this one."
      return 0
    fi
  done
  return 1
}

# opens PASSWORD
opens() (
  export RESTIC_PASSWORD="$1"
  unset RESTIC_PASSWORD_FILE
  run_once password 60 "trying the password with its line end" --no-lock --no-cache cat config
  ended password 0
)
