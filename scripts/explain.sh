# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# What a failed restic means: an exit code of ours, and a sentence with restic's own error and what to do about it.
# Inputs: $status, $limit, $work/stderr and $work/timed-out as run_restic left them.

# fail_as_restic FAILED: ends the command with what restic said last. Exit codes: 1, 10, 11, 12.
fail_as_restic() {
  show_errors
  why=$(restic_error)
  case $status in
    10) end 10 "$1: there is no repository at $RESTIC_REPOSITORY. Check the address and that its storage is there; only init.sh makes a repository." ;;
    11) end 11 "$1: the repository is locked. $lock_holders Try again when that has ended. A lock is given up 30 minutes after its process died." ;;
    12) end 12 "$1: wrong password. $RESTIC_REPOSITORY was made with another one than $RESTIC_PASSWORD_FILE holds: put the old password back." ;;
    137) end 1 "$1: restic was killed, most likely because the memory limit is too small." ;;
    *) end 1 "$1: $why. $(hint "$why")" ;;
  esac
}

# The message that matters among all that restic wrote. What made it retry is the cause when time ran out.
restic_error() {
  if [ -e "$work/timed-out" ]; then
    cause=$(messages '(map(select(test("retrying after"))) | last) // "" | sub("^.* retrying after [^:]*: "; "")') || cause=
    printf '%s' "no answer within $limit seconds${cause:+ ($cause)}"
  else
    cause=$(messages '(map(select(test("^Fatal"))) | last) // last // "" | gsub("Fatal: "; "")') || cause=
    printf '%s' "${cause:-restic ended with code $status and without a word}"
  fi
}

# restic's own words for the log: the first ones and the last.
show_errors() {
  shown=$(messages 'map("  restic: " + .) | if length > 12 then .[:4] + ["  …"] + .[-7:] else . end | join("\n")') || shown=
  [ -z "$shown" ] || say "$shown"
}

# messages FILTER: a jq filter on the list of what restic wrote to stderr, be it plain text or JSON.
messages() {
  jq -Rrn "[inputs | (fromjson? // .) | if type == \"object\" then
      ((.item // \"\" | if . == \"\" then . else . + \": \" end) + (.error.message? // .message? // \"\"))
    else tostring end | gsub(\"\\\\s+\"; \" \") | select(test(\"[^ ]\")) | .[:1000] | sub(\"[. ]+$\"; \"\")] | $1" "$work/stderr"
}

# hint ERROR: what to do about it.
hint() {
  case $1 in
    *"no such host"* | *"server misbehaving"*) echo "Check the host name in the repository's address, and DNS." ;;
    *"connection refused"*) echo "Check the port in the repository's address, and that the server runs." ;;
    *x509* | *certificate*) echo "The server's certificate is not trusted: check the address, or give its CA." ;;
    *"HTTP response to HTTPS"* | *"malformed HTTP"*) echo "Check http and https in the repository's address." ;;
    *NoSuchBucket* | *"bucket does not exist"*) echo "Create the bucket, or correct its name." ;;
    *[Aa]"ccess"*[Dd]"enied"* | *[Ff]orbidden* | *[Uu]nauthorized* | *InvalidAccessKeyId* | *SignatureDoesNotMatch* | \
      *"no credentials"* | *"Access Key"* | *"access key"*)
      echo "Access denied: check the credentials, and what they are allowed to do."
      ;;
    *"no space left"* | *"quota exceeded"* | *"Insufficient Storage"*) echo "The storage is full: enlarge it." ;;
    *"open cache"*) echo "RESTIC_CACHE_DIR must be a folder that user $(id -u) can write to." ;;
    *"ciphertext verification"* | *"missing from the index"* | *"invalid data"* | *"does not match"*)
      echo "The repository is damaged: keep all of it, and run restic check before anything else."
      ;;
    *"read-only file system"* | *"permission denied"*) echo "Check the rights of user $(id -u) there." ;;
    *"no answer within"* | *timeout* | *"timed out"* | *"deadline exceeded"* | *"no route to host"* | *unreachable*)
      echo "The server cannot be reached: check the address, the network policies and the server."
      ;;
    *) echo "The lines above say more." ;;
  esac
}
