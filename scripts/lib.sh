# shellcheck shell=sh disable=SC2154 # $here, which each command sets
# What every command shares: its beginning, its end, and what happens when a signal comes.
# Inputs: $here, the folder of the scripts. TMPDIR. Provides $work, a private folder that goes with the process.
# Exit codes: those of the command that sources this file; each command lists them in its header.

umask 077
# A lost terminal must not end a restore, and `restic unlock` sends SIGHUP to the process ids it finds in locks.
# A reader that has gone away must not end a backup.
trap '' HUP PIPE

# shellcheck source=scripts/report.sh
. "$here/report.sh"
# shellcheck source=scripts/settings.sh
. "$here/settings.sh"
# shellcheck source=scripts/private-files.sh
. "$here/private-files.sh"
# shellcheck source=scripts/run-restic.sh
. "$here/run-restic.sh"
# shellcheck source=scripts/explain.sh
. "$here/explain.sh"
# shellcheck source=scripts/hints.sh
. "$here/hints.sh"
# shellcheck source=scripts/identity.sh
. "$here/identity.sh"
# shellcheck source=scripts/bucket.sh
. "$here/bucket.sh"
# shellcheck source=scripts/locks.sh
. "$here/locks.sh"
# shellcheck source=scripts/history.sh
. "$here/history.sh"
# shellcheck source=scripts/damage.sh
. "$here/damage.sh"

work=
child=
spare_child=
signal=
signals=0

# begin COMMAND: from here on, every way out prints the report.
begin() {
  report_command=$1
  report_started=$(date +%s)
  trap finish EXIT
  trap 'on_signal TERM' TERM
  trap 'on_signal INT' INT
  work=$(mktemp -d "${TMPDIR:-/tmp}/restic-backup.XXXXXX" 2>/dev/null) || work=
}

# end CODE MESSAGE: the only way out; the message is one sentence or two for a human.
end() {
  report_message=$2
  exit "$1"
}

# Ends the command if a signal has asked for it. $1: what the operator should know.
stop_if_asked() {
  [ -z "$signal" ] || end 130 "Stopped by SIG$signal. $1"
}

# Runs at every exit. A command that did not say how it ended has failed, whatever the shell's status is.
finish() {
  finish_code=$?
  trap '' TERM INT
  trap - EXIT
  if [ -z "$report_message" ]; then
    report_message="The script stopped where it should not have: the lines above may say why."
    finish_code=1
  fi
  report_code=$finish_code
  report
  [ -z "$work" ] || rm -rf "$work"
  exit "$report_code"
}

# restic removes its lock on SIGTERM; whoever waits for it then sees that $signal is set.
on_signal() {
  [ -n "$signal" ] || say "Stopping: SIG$1 came."
  signal=$1
  signals=$((signals + 1))
  pass_signal_on
}

# The child that $spare_child protects ends by itself, soon. One that has just begun still has the traps of this shell,
# in which a signal would be lost: it is itself as soon as it bears another name.
pass_signal_on() {
  if [ -z "$child" ] || [ -n "$spare_child" ]; then
    return 0
  fi
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" = "$(cat "/proc/$$/comm")" ] || break
    sleep 0.1
  done
  kill -TERM "$child" 2>/dev/null || :
}

# A pause that a signal ends.
pause() {
  sleep "$1" >/dev/null 2>&1 &
  child=$!
  wait "$child" || :
  child=
}

# A line for humans. Nobody may be listening any more, which is no failure.
say() {
  printf '%s\n' "$*" 2>/dev/null || :
}
