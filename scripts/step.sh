#!/bin/sh
# Runs a step of the user's own, in an image of the user's own: within its time limit, and with a stated end.
#
# usage: step.sh PROGRAM [ARGUMENT…]
# Inputs: STEP (its name), STEP_WHEN (before or after the backup), STEP_TIME_LIMIT (seconds), STEP_OPTIONAL (yes: its
#   failure is told, and nothing else). Needs timeout, and nothing of the restic image.
# Exit codes: 0 success, or an optional failure · 64 no timeout in the image · 75 ended at its time limit · else that of
#   PROGRAM.
set -eu

main() {
  command -v timeout >/dev/null || end 64 "the image has no program named timeout: use one that has"
  started=$(date +%s)
  code=0
  # The second signal is for a program that ignores the first.
  timeout -k 10 "$STEP_TIME_LIMIT" "$@" || code=$?
  if [ "$code" -ne 0 ] && [ $(($(date +%s) - started)) -ge "$STEP_TIME_LIMIT" ]; then
    end 75 "it was ended at its time limit of $STEP_TIME_LIMIT seconds"
  fi
  [ "$code" -eq 0 ] || end "$code" "$1 ended with code $code"
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
