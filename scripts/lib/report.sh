# shellcheck shell=sh disable=SC2154 # $here, which each command sets
# The report: one JSON object, the last line on stdout and the container's termination message.
# Inputs: the variables below, which the commands set; BACKUP_REPORT_FILE (default /dev/termination-log). Needs jq.
# Ends nothing.

report_command=
report_started=0
report_code=0
report_message=
report_snapshot=
report_files=
report_bytes=
report_bytes_added=
report_retention=
report_repository_id=
report_warning=
report_part=
report_parts=
report_freed=

# Kubernetes keeps this many bytes of a termination message, and would cut the JSON in the middle.
report_limit=4096

# warn SENTENCES: what a human should look at although the command goes on. It stands in the report too.
warn() {
  say "Warning: $1"
  report_warning="$report_warning${report_warning:+ }$1"
}

# report prints the message and the object. Without jq no result of restic was read, so the code is a failure then.
report() {
  if ! report_line=$(make_report); then
    [ "$report_code" -ne 0 ] || report_code=1
    report_message="jq does not work in this image, and without jq no result is certain. Use the image restic/restic, which holds jq."
    report_line=$(printf '{"command":"%s","result":"failure","exitCode":%d,"message":"%s"}' \
      "$report_command" "$report_code" "$report_message")
  fi
  say ""
  say "$report_message"
  say "$report_line"
  report_file=${BACKUP_REPORT_FILE:-/dev/termination-log}
  if [ -w "$report_file" ]; then
    printf '%s\n' "$report_line" 2>/dev/null >"$report_file" || say "The report could not be written to $report_file."
  fi
}

# run_jq PROGRAM ARGUMENT…: runs lib/PROGRAM.jq.
run_jq() {
  report_program=$1
  shift
  jq -L "$here/lib" -f "$here/lib/$report_program.jq" "$@"
}

make_report() {
  run_jq report -cn --argjson limit "$report_limit" --argjson code "$report_code" \
    --argjson seconds "$(($(date +%s) - report_started))" --arg command "$report_command" \
    --arg snapshot "$report_snapshot" --arg files "$report_files" --arg bytes "$report_bytes" \
    --arg bytesAdded "$report_bytes_added" --arg retention "$report_retention" \
    --arg part "$report_part" --arg parts "$report_parts" --arg freed "$report_freed" \
    --arg repositoryId "$report_repository_id" --arg warning "$report_warning" --arg message "$report_message"
}
