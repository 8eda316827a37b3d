# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What a restore that ends without success leaves, and may say of RESTORE_PATH. Its messages know of its own steps only. That
# is not all where it has finished an earlier one, and not known where another restore has taken it over.
# Inputs: $staging, $staging_marked.

# Which earlier restore this one has finished, as long as its own files are not in place.
failed_finished=

# tell_truth CODE runs before the report.
tell_truth() {
  if [ -n "$staging_marked" ]; then
    if ! is_own_staging; then
      report_message=$(print_taken_over)
      return 0
    fi
    leave_staging
  fi
  [ -z "$failed_finished" ] || report_message="$failed_finished. The new one is not done: $report_message"
}

# leave_staging: restic may not even have begun. What it has restored stays, in case that nothing better is to be had.
leave_staging() {
  ! is_staging_empty || ! drop_staging "$staging" || return 0
  case $report_message in
    *"$staging"*) ;;
    *) report_message="$report_message What was restored until then stays in $staging, until the next restore removes it." ;;
  esac
}

is_staging_empty() {
  [ ! -e "$staging/placing" ] && [ ! -e "$staging/root" ] && [ -z "$(ls -A "$staging/new" 2>&1)" ]
}
