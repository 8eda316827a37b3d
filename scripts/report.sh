# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# The report: one JSON object, the last line on stdout and the container's termination message.
# Inputs: report_* variables, BACKUP_REPORT_FILE (default /dev/termination-log). Needs jq. Ends nothing.

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

# Kubernetes keeps this much of a termination message, and would cut the JSON in the middle.
report_limit=4096

# Without jq no result of restic was read, so that $report_code must be a failure then.
report() {
  if ! report_line=$(report_json); then
    [ "$report_code" -ne 0 ] || report_code=1
    report_message="jq does not work here, without which no result is certain. Use the image restic/restic, which holds it."
    report_line=$(printf '{"command":"%s","result":"failure","exitCode":%d,"message":"%s"}' \
      "$report_command" "$report_code" "$report_message")
  fi
  say ""
  say "$report_message"
  say "$report_line"
  report_file=${BACKUP_REPORT_FILE:-/dev/termination-log}
  if [ -w "$report_file" ]; then
    printf '%s\n' "$report_line" >"$report_file" || say "The report could not be written to $report_file."
  fi
}

report_json() {
  jq -cn --argjson limit "$report_limit" --argjson code "$report_code" --argjson seconds "$(($(date +%s) - report_started))" \
    --arg command "$report_command" --arg snapshot "$report_snapshot" --arg files "$report_files" \
    --arg bytes "$report_bytes" --arg bytesAdded "$report_bytes_added" --arg retention "$report_retention" \
    --arg part "$report_part" --arg parts "$report_parts" --arg freed "$report_freed" \
    --arg repositoryId "$report_repository_id" --arg warning "$report_warning" --arg message "$report_message" '
    def number: if . == "" then . else tonumber end;
    def cut: .[:(length * 0.9 | floor)] + "…";
    def fitted: if (tojson | utf8bytelength) < $limit then . elif (.warning // "" | length) > (.message | length)
      then (.warning |= cut) | fitted else (.message |= cut) | fitted end;
    { command: $command, result: ({"0": "success", "3": "partial"}[$code | tostring] // "failure"), exitCode: $code,
      snapshot: $snapshot, files: ($files | number), bytes: ($bytes | number), bytesAdded: ($bytesAdded | number),
      retention: $retention, part: ($part | number), parts: ($parts | number), freed: $freed, seconds: $seconds,
      repositoryId: $repositoryId, warning: $warning, message: $message }
    | with_entries(select(.value != "")) | fitted'
}

# warn SENTENCE…: what a human should look at although the command goes on.
warn() {
  say "Warning: $1"
  report_warning="$report_warning${report_warning:+ }$1"
}

# human_bytes N: 1536 is "1.5 KiB".
human_bytes() {
  tenths=$(($1 * 10))
  for unit in B KiB MiB GiB TiB; do
    if [ "$tenths" -lt 10240 ] || [ "$unit" = TiB ]; then
      break
    fi
    tenths=$((tenths / 1024))
  done
  if [ "$unit" = B ]; then
    printf '%d B' "$1"
  else
    printf '%d.%d %s' $((tenths / 10)) $((tenths % 10)) "$unit"
  fi
}
