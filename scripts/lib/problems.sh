# shellcheck shell=sh
# What is wrong with the settings: all of it is collected, and told at once. No message holds the value of a secret.
# The component decides defaults and grammars; the scripts check presence, and what would delete data or mislead.
# Exit codes: 64 bad settings.

problems_found=
problems_line_end='
'

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

# check_text NAME VALUE: jq makes another text of what is no UTF-8, and restic too where it writes JSON, so that no two of
# them would be found equal. Only what is not plain ASCII costs a process.
check_text() {
  case $2 in
    *[!\ -~"$problems_line_end"]*) ;;
    *) return 0 ;;
  esac
  problems_text=$(run_jq text -rn --arg value "$2.") || return 0
  [ "$problems_text" = "$2." ] || problem "$1: \"$2\" is not UTF-8, so what bears this name would not be found again. Use another one."
}

# check_name NAME VALUE WHAT: what is named below a directory must be another thing than that directory.
check_name() {
  case /$2/ in
    *//* | */./* | */../*) problem "$1: \"$2\" is not the name of $3. Write it as in done or sub/done." ;;
  esac
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
    *"$problems_line_end"*) problem "$1: the path holds a line end. Use another path." ;;
  esac
  check_text "$1" "$2"
}
