# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# What a run of restic leaves in $work. Each run has a name, and its results stay until another run of that name:
#   $work/NAME.out, $work/NAME.err   what restic wrote
#   $work/NAME.status                its exit code
#   $work/NAME.ending                only where the watch ended restic: timed-out, given-up, lock-refused or
#                                    cache-refused, and its limit in seconds
# Ends nothing.

# ended NAME CODE: whether the run of that name ended with this code.
ended() {
  status_of "$1"
  [ "$run_status" -eq "$2" ]
}

# status_of NAME. Results: $run_status.
status_of() {
  read -r run_status <"$work/$1.status"
}

# was_ended_early NAME: whether the watch ended it, so that its own words are no answer.
was_ended_early() {
  [ -e "$work/$1.ending" ]
}

# was_timed_out NAME: whether the watch ended it at its time limit.
was_timed_out() {
  was_ended_early "$1" && read -r results_ending _ <"$work/$1.ending" && [ "$results_ending" = timed-out ]
}

# copy_run NAME COPY: keeps the results of a run under another name.
copy_run() {
  for results_part in out err status; do
    cp "$work/$1.$results_part" "$work/$2.$results_part"
  done
}
