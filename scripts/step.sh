#!/bin/sh
# Runs a step of the user's own, in an image of the user's own: within its time limit, and with a stated end.
#
# usage: step.sh PROGRAM [ARGUMENT…]
# Inputs: STEP (its name), STEP_WHEN (before or after the backup), STEP_TIME_LIMIT (seconds), STEP_OPTIONAL (yes: its
#   failure is told, and nothing else). Needs timeout, and nothing of the restic image.
# Exit codes: 0 success, or an optional failure · 64 no timeout in the image · 75 ended at its time limit · 130 stopped by
#   SIGTERM, which PROGRAM got · else that of PROGRAM.
set -eu

stopped=
child=

main() {
  command -v timeout >/dev/null || end 64 "the image has no program named timeout: use one that has"
  started=$(date +%s)
  # As process 1 of its container, the shell would ignore the signal.
  trap stop TERM
  # The second signal is for a program that ignores the first.
  timeout -k 10 "$STEP_TIME_LIMIT" "$@" &
  child=$!
  [ -z "$stopped" ] || kill -TERM "$child" 2>/dev/null || :
  wait_for_child
  if [ -n "$stopped" ]; then
    echo "Step $STEP, $STEP_WHEN the backup, was stopped by SIGTERM."
    exit 130
  fi
  # busybox' timeout ends with the code of the program, which may be 0 although it was ended.
  [ $(($(date +%s) - started)) -lt "$STEP_TIME_LIMIT" ] ||
    end 75 "it was ended at its time limit of $STEP_TIME_LIMIT seconds"
  [ "$code" -eq 0 ] || end "$code" "$1 ended with code $code"
}

stop() {
  stopped=yes
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :
}

# A signal ends `wait` before the program has ended. Results: $code.
wait_for_child() {
  code=0
  wait "$child" || code=$?
  while [ -n "$stopped" ] && kill -0 "$child" 2>/dev/null; do
    wait "$child" || :
  done
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

main "$@"
