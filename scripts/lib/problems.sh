# shellcheck shell=sh
# What is wrong with the settings: all of it is collected, and told at once. No message holds the value of a secret.
# The component decides defaults and grammars; the scripts check presence, and what would delete data or mislead.
# Exit codes: 64 bad settings.

problems_found=

# problem TEXT: the variable, what is wrong with it, and what to do.
problem() {
  problems_found="$problems_found $1"
}

# refuse_bad_settings ends the command if anything was wrong.
refuse_bad_settings() {
  [ -z "$problems_found" ] || end 64 "Nothing was done, because of bad settings.$problems_found"
}

# check_number NAME VALUE UNIT: small enough for the shell to calculate with, and not octal.
check_number() {
  case $2 in
    '' | *[!0-9]* | 0?* | ????????????????*) problem "$1: \"$2\" is not a number of $3. Write digits only, without a leading zero." ;;
  esac
}

# check_switch NAME VALUE WORD…: the words that the variable may hold beside nothing.
check_switch() {
  problems_name=$1 problems_value=$2
  shift 2
  for problems_word in '' "$@"; do
    [ "$problems_value" != "$problems_word" ] || return 0
  done
  problem "$problems_name: \"$problems_value\" is not among its values, which are: $* or nothing."
}

# check_directory NAME VALUE: restic compares paths letter by letter, so there must be one way to write each.
check_directory() {
  case $2 in
    '') problem "$1: not set. It holds an absolute path." ;;
    / | */ | *//* | */./* | */../* | */. | */..) problem "$1: \"$2\" is not in its shortest form. Write it as in /var/data." ;;
    /restic-backup-*) problem "$1: \"$2\" begins with /restic-backup-, which is how the notes in the repository are named. Use another path." ;;
    /*) ;;
    *) problem "$1: \"$2\" is not an absolute path. Begin it with a slash." ;;
  esac
  case $2 in
    *"
"*) problem "$1: the path holds a line end. Use another path." ;;
  esac
}
