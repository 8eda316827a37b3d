# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Between two restores on two hosts: one that was frozen, or cut off from its file server, shows no sign of life, so that
# another one takes it for dead. That one renames its directory before it does anything to it: whichever of the two is
# still moving then fails at once, and says that it does not know.
# It also finishes what the other one has begun to move. Either way, the messages of this restore, which know of this one only,
# are not all that is to be said.
# Inputs: $staging. Exit codes: 1.

# claim_staging DIRECTORY makes a dead restore's directory $staging, ours, or fails: then another restore was faster, or the
# directory may not be renamed, which $work/refusal says. A name is all that it takes, because the volume may be full.
claim_staging() {
  taken_name=$(mktemp -u "${1%/*}/.restic-backup-restore.XXXXXX" 2>"$work/refusal") || return 1
  mv -T "$1" "$taken_name" 2>"$work/refusal" || return 1
  staging=$taken_name staging_marked=yes
  # The mark that is there may be kept where there is no room for another.
  write_mark 2>"$work/refusal" || :
  start_beating
}

# is_own_staging: what another one has renamed is gone, and what restic makes anew has no mark.
is_own_staging() {
  [ -e "$staging/$staging_mark" ]
}

require_own_staging() {
  is_own_staging || end_taken_over
}

end_taken_over() {
  end 1 "$(print_taken_over)"
}

print_taken_over() {
  printf '%s' "Another restore has taken this one for dead, because it showed no sign of life for a while, and has taken over $staging: so this one stopped. Whether anything of it is in $RESTORE_PATH is not known here: what the other restore reports holds, and what was in $RESTORE_PATH before is there or in a directory before-restore-… in it. Run restore.sh again if no other one is running."
}

# Which earlier restore this one has finished, as long as its own files are not in place.
truth_finished=

# tell_truth CODE runs before the report of a restore that did not succeed: that nothing was restored, or RESTORE_PATH is as it
# was, is not all where this one has finished an earlier one, and not known where it was taken over.
tell_truth() {
  if [ -n "$staging_marked" ] && ! is_own_staging; then
    report_message=$(print_taken_over)
  elif [ -n "$truth_finished" ]; then
    truth_end="$RESTORE_PATH is as it was"
    case $report_message in
      *"$truth_end"*) report_message="${report_message%%"$truth_end"*}$RESTORE_PATH is as the earlier one left it${report_message#*"$truth_end"}" ;;
    esac
    report_message="$truth_finished. The new one is not done: $report_message"
  fi
}
