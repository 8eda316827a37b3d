# shellcheck shell=sh disable=SC2154 # variables that other files set
# Shows other hosts that this restore is alive, by the time of the mark in its directory: from the moment on that the mark is
# there until the directory or the shell is gone, whatever is done meanwhile, because any step may take minutes.
# Inputs: $staging, $staging_mark.

# start_beating: the mark is never made anew, because the directory may be another restore's by now. Nothing outlives the
# shell for long.
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

# keep_beating COMMAND…: runs it; the signs of life are shown anyway.
keep_beating() {
  "$@"
}
