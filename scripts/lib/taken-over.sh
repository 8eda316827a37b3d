# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Between two restores on two hosts: one that was frozen, or cut off from its file server, shows no sign of life, so that
# another one takes it for dead. That one renames its directory before it does anything to it: whichever of the two is
# still moving then fails at once, and says that it does not know.
# Inputs: $staging, $staging_mark. Exit codes: 1.

# start_beating shows that this restore is alive, from the moment on that the mark is there until the directory or the shell is
# gone, whatever is done meanwhile, because any step may take minutes. The mark is never made anew: the directory may be
# another restore's by now. Nothing outlives the shell for long.
start_beating() {
  (
    trap - EXIT TERM INT
    cd /
    while kill -0 $$ && [ -e "$staging/$staging_mark" ]; do
      touch -c "$staging/$staging_mark"
      sleep 5
    done
  ) >/dev/null 2>&1 &
}

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
