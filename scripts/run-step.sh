#!/bin/sh
# Runs a step of the user's own, in an image of the user's own: within its time limit, and with a stated end. Needs a shell,
# sleep and kill, and nothing else of the image.
#
# Usage: run-step.sh PROGRAM [ARGUMENT…]
#
# Inputs: STEP (its name), STEP_WHEN (before or after the backup), STEP_TIME_LIMIT (seconds), STEP_OPTIONAL (yes: its
#   failure is told, and nothing else).
# Exit codes:
#    0  success, or an optional failure
#   64  bad settings or arguments
#   75  ended at its time limit
#  130  stopped by SIGTERM, which PROGRAM got
#  else that of PROGRAM
set -eu

step_child=
step_stopped=
step_timed_out=

main() {
  [ -n "${STEP:-}" ] || refuse "STEP: not set. It is the name of the step."
  case ${STEP_WHEN:-} in
    before | after) ;;
    *) refuse "STEP_WHEN: \"${STEP_WHEN:-}\" is not among its values, which are: before after." ;;
  esac
  case ${STEP_OPTIONAL:-} in
    '' | yes) ;;
    *) refuse "STEP_OPTIONAL: \"$STEP_OPTIONAL\" is not among its values, which are: yes or nothing." ;;
  esac
  [ $# -gt 0 ] || refuse "No program is given. Name one after run-step.sh."
  case ${STEP_TIME_LIMIT:-} in
    '' | *[!0-9]* | 0* | ??????????*) refuse "STEP_TIME_LIMIT: \"${STEP_TIME_LIMIT:-}\" is not a number of seconds. Write digits only, without a leading zero." ;;
  esac
  # As process 1 of its container, the shell would ignore signals that it has no trap for.
  trap 'step_stopped=yes; signal_child TERM' TERM
  trap 'step_timed_out=yes' USR1
  "$@" &
  step_child=$!
  [ -z "$step_stopped" ] || signal_child TERM
  watch_time $$ "$step_child" >/dev/null 2>&1 &
  step_watch=$!
  wait_for_child
  kill -KILL "$step_watch" 2>/dev/null || :
  if [ -n "$step_timed_out" ]; then
    end 75 "it was ended at its time limit of $(print_limit)"
  elif [ -n "$step_stopped" ]; then
    echo "Step $STEP, $STEP_WHEN the backup, was stopped by SIGTERM."
    exit 130
  fi
  [ "$step_code" -eq 0 ] || end "$step_code" "$1 ended with code $step_code"
}

# watch_time SHELL PROGRAM runs beside the program. The second signal is for a program that ignores the first.
watch_time() {
  trap - TERM USR1
  # One second at a time, so that no long sleep outlives the watch. A sleep is never shorter than it should be, whatever
  # the clock does meanwhile.
  step_left=$STEP_TIME_LIMIT
  while [ "$step_left" -gt 0 ]; do
    sleep 1
    kill -0 "$2" || exit 0
    step_left=$((step_left - 1))
  done
  kill -USR1 "$1"
  kill -TERM "$2"
  sleep 10
  kill -KILL "$2"
}

signal_child() {
  [ -z "$step_child" ] || kill -"$1" "$step_child" 2>/dev/null || :
}

# wait_for_child: a signal ends `wait` before the program has ended. Results: $step_code.
wait_for_child() {
  step_code=0
  wait "$step_child" || step_code=$?
  while [ -n "$step_stopped$step_timed_out" ] && kill -0 "$step_child" 2>/dev/null; do
    step_code=0
    wait "$step_child" || step_code=$?
  done
}

# refuse WHY: a setting is as wrong in the next try, and for an optional step too.
refuse() {
  echo "Step ${STEP:-without a name} was not run, because of bad settings. $1"
  exit 64
}

print_limit() {
  if [ "$STEP_TIME_LIMIT" -eq 1 ]; then
    echo "1 second"
  else
    echo "$STEP_TIME_LIMIT seconds"
  fi
}

# end CODE WHY
end() {
  if [ "${STEP_OPTIONAL:-}" = yes ]; then
    echo "Step $STEP, $STEP_WHEN the backup, failed: $2. It is optional, so the rest goes on."
    exit 0
  fi
  echo "Step $STEP, $STEP_WHEN the backup, failed: $2. What comes after it does not run; the Job tries again."
  exit "$1"
}

# show_help without any program, which the image may lack: the comment at the top of this file.
show_help() {
  while IFS= read -r step_line; do
    case $step_line in
      '#!'*) ;;
      '#'*) step_line=${step_line#\#} && printf '%s\n' "${step_line# }" ;;
      *) break ;;
    esac
  done <"$0"
}

case "${1:-}" in
  -h | --help) show_help ;;
  *) main "$@" ;;
esac
