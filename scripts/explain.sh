# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# What a failed restic means: an exit code of ours, and a sentence with restic's own error and what to do about it.
# Inputs: $status, $limit, $work/stderr, $work/timed-out and $work/given-up as run_restic left them.

# fail_as_restic FAILED: ends the command with what restic said last. Exit codes: 1, 10, 11, 12.
fail_as_restic() {
  show_errors
  why=$(restic_error)
  case $status in
    10) end_without_repository "$1" ;;
    11) end 11 "$1: the repository is locked. $lock_holders Try again when that has ended. A lock is given up 30 minutes after its process died." ;;
    12) end 12 "$1: wrong password. $RESTIC_REPOSITORY was made with another one than $RESTIC_PASSWORD_FILE holds: put the old password back." ;;
    137) end 1 "$1: restic was killed, most likely because the memory limit is too small." ;;
    *) end 1 "$1: $why. $(hint "$why")" ;;
  esac
}

# The message that matters among all that restic wrote. What made it retry is the cause when time ran out.
restic_error() {
  if [ -e "$work/timed-out" ] || [ -e "$work/given-up" ]; then
    cause=$(messages "$refusals | last // \"\"") || cause=
    [ ! -e "$work/timed-out" ] || cause="no answer within $limit seconds${cause:+ ($cause)}"
    said=$(messages "[$said_by_programs] | unique | join(\", \")") || said=
  else
    # What Go says of a pipe whose other end is gone differs each time, and ssh knows better.
    cause=$(messages '(map(select(test("^Fatal"))) | last) // (map(select(test("^unable to open cache"))) | last) // last // "" | gsub("Fatal: "; "")
      | sub("(?<start>unable to start the sftp session), error: .*"; "\(.start)")') || cause=
    said=$(messages "[$lines_of_answers, $said_by_programs] | join(\", \")") || said=
  fi
  printf '%s' "${cause:-restic ended with code $status and without a word}"
  case $cause in
    *"$said"*) ;;
    *) printf '%s' " ($said)" ;;
  esac
}

# jq: what made restic try again, one string each time, with the lines on the answer that follow it.
# shellcheck disable=SC2016 # variables of jq
refusals='(reduce .[] as $line ([]; if $line | test(" retrying after ") then
    . + [$line | sub("^.* retrying after [^:]*: "; "") | gsub("current time [^ ]+"; "the time here")]
  elif length > 0 and ($line | test("^(RESPONSE |ERROR CODE|Response: )")) then
    .[-1] += ", \($line)"
  else . end))'

# jq: what comes on lines of its own in the answers of Azure and Google.
lines_of_answers='(map(select(test("^(RESPONSE |ERROR CODE: |Response: )"))) | .[-2:][])'

# jq: what restic passes on from ssh and rclone.
said_by_programs='(map(select(test("^subprocess ssh: ")) | sub("^subprocess ssh: (ssh: )?"; "") | gsub("^[@ ]+|[@ ]+$"; ""))
    | (map(select(test("host key is known for|HAS CHANGED|^Load key"))) | first // empty), (last // empty)),
  (map(select(test("^rclone: .*(CRITICAL|ERROR|Failed|Fatal)")) | sub("^rclone: ([0-9/]+ [0-9:]+ )?"; "")) | last // empty)'

# Whether restic met the same refusal twice in a row, one that time does not change.
is_refused_again() {
  again=$(messages "$refusals | if length > 1 and .[-1] == .[-2] then .[-1] else \"\" end" 2>/dev/null) || return 1
  will_not_change "$again"
}

# restic's own words for the log: the first ones and the last.
show_errors() {
  shown=$(messages 'map("  restic: " + .) | if length > 12 then .[:4] + ["  …"] + .[-7:] else . end | join("\n")') || shown=
  [ -z "$shown" ] || say "$shown"
}

# jq: a message of restic with the file that it is about, and without it, wherever it is named.
named_message='((.item // "" | if . == "" then . else . + ": " end) + (.error.message? // .message? // ""))'
# shellcheck disable=SC2016,SC2034 # a variable of jq; for damage.sh
unnamed_message='((.item // "") as $item | (.error.message? // .message? // "") | if $item == "" then . else split($item) | join("") end)'

# messages FILTER [FILE [TEXT]]: a jq filter on the list of what restic wrote to stderr, be it plain text or JSON, of which
# TEXT makes a text. An address with a query may hold a signature that gives access, as those of Azure do.
messages() {
  jq -Rrn "[inputs | (fromjson? // .) | if type == \"object\" then ${3:-$named_message} else tostring end | gsub(\"\\\\s+\"; \" \") | sub(\" github\\\\.com/restic/restic/.*$\"; \"\") | gsub(\"(?<address>[a-z]+://[^ \\\"?]+)\\\\?[^ \\\"]*\"; \"\\(.address)?…\")
    | select(test(\"[^ ]\")) | .[:1000] | sub(\"[. ]+$\"; \"\")] | $1" "${2:-$work/stderr}"
}
