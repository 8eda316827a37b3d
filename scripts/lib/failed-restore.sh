# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What a restore that ends without success leaves, and may say of RESTORE_PATH. Its messages know of its own steps only: that
# nothing was restored, and RESTORE_PATH is as it was. That is not all where it has finished an earlier one, and not known where
# another restore has taken it over.
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
    drop_empty_staging
  fi
  [ -n "$failed_finished" ] || return 0
  replace_words "$RESTORE_PATH is as it was" "$RESTORE_PATH is as the earlier one left it"
  report_message="$failed_finished. The new one is not done: $report_message"
}

# drop_empty_staging: restic may not even have begun. What it has restored stays, in case that nothing better is to be had.
drop_empty_staging() {
  failed_staging=$staging
  if [ ! -e "$staging/placing" ] && [ ! -e "$staging/root" ] && [ -z "$(ls -A "$staging/new" 2>&1)" ] && drop_staging "$staging"; then
    replace_words "What was restored until then is in $failed_staging/new" "Nothing was restored until then"
    replace_words "What was restored is in $failed_staging/new" "Nothing was restored"
    return 0
  fi
  case $report_message in
    *"$staging"*) ;;
    *) report_message="$report_message What was restored until then stays in $staging, until the next restore removes it." ;;
  esac
}

# replace_words OLD NEW
replace_words() {
  case $report_message in
    *"$1"*) report_message="${report_message%%"$1"*}$2${report_message#*"$1"}" ;;
  esac
}
