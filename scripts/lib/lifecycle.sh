# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# The life of a command: how it begins, how it ends, and what a signal does to it.
# Inputs: TMPDIR. Results: $work, a private directory that is removed at the end; $life_signal, the signal that has come.
# Exit codes: those of the command that uses it; each command lists them in its header.

work=
life_child=
life_spared=
life_signal=
life_signals=0
# What a command puts in order before it ends with a failure: a function, which gets the exit code.
life_before_failing=

# begin COMMAND: from here on, every way out prints the report.
begin() {
  report_command=$1
  report_started=$(date +%s)
  trap finish EXIT
  trap 'on_signal TERM' TERM
  trap 'on_signal INT' INT
  work=$(mktemp -d "${TMPDIR:-/tmp}/restic-backup.XXXXXX" 2>/dev/null) || work=
}

# end CODE MESSAGE: the only way out. The message says what happened, what it means and what to do. Ctrl-C ends the small
# programs of this shell, too, and what failed for that reason says so.
end() {
  report_message=$2
  case $1:$life_signal:$2 in
    1::* | 1:*:"Stopped by"*) ;;
    1:*) report_message="SIG$life_signal came. $2" ;;
  esac
  life_order=$life_before_failing life_before_failing=
  [ "$1" -eq 0 ] || [ -z "$life_order" ] || "$life_order" "$1"
  exit "$1"
}

# stop_if_asked MESSAGE: ends the command if a signal has come; the message says what was done until now.
stop_if_asked() {
  [ -z "$life_signal" ] || end 130 "Stopped by SIG$life_signal. $1"
}

# finish runs at every exit. A command that did not say how it ended has failed, whatever the shell's status is.
finish() {
  life_code=$?
  trap '' TERM INT
  trap - EXIT
  if [ -z "$report_message" ] && [ -n "$life_signal" ]; then
    # Ctrl-C at a terminal reaches every small program that this shell has started.
    report_message="Stopped by SIG$life_signal. Run this again."
    life_code=130
  fi
  if [ -z "$report_message" ]; then
    report_message="The script stopped at a place where it should not stop. The lines above may say why."
    life_code=1
    # What cannot be written down stops a script anywhere.
    [ -z "$work" ] || has_room || report_message=$(print_tmpdir_full)
  fi
  report_code=$life_code
  report
  [ -z "$work" ] || rm -rf "$work"
  exit "$report_code"
}

# on_signal NAME: restic removes its lock on SIGTERM. Whoever waits for restic then sees that $life_signal is set. It says
# nothing: it may come while the output of this shell is a file that is read afterwards.
on_signal() {
  life_signal=$1
  life_signals=$((life_signals + 1))
  pass_signal_on
}

# pass_signal_on sends SIGTERM to the child, unless the child is spared. Between fork and exec the child still has the
# traps of this shell, in which a signal would be lost: wait until its name changes.
pass_signal_on() {
  if [ -z "$life_child" ] || [ -n "$life_spared" ]; then
    return 0
  fi
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(cat "/proc/$life_child/comm" 2>/dev/null)" = "$(cat "/proc/$$/comm")" ] || break
    sleep 0.1
  done
  kill -TERM "$life_child" 2>/dev/null || :
}

# wait_for_child: a signal ends `wait`, not the child, so it waits again until no more signals come.
# Results: $life_status.
wait_for_child() {
  life_status=0 life_seen=$life_signals
  wait "$life_child" || life_status=$?
  while [ "$life_seen" -ne "$life_signals" ]; do
    [ "$life_seen" -ne 0 ] || say "SIG$life_signal came. Stopping ..."
    life_seen=$life_signals life_again=0
    wait "$life_child" || life_again=$?
    # 127: the `wait` before had the child's status already.
    [ "$life_again" -eq 127 ] || life_status=$life_again
  done
  life_child=
}

# pause SECONDS: a signal ends it.
pause() {
  sleep "$1" >/dev/null 2>&1 &
  life_child=$!
  wait "$life_child" || :
  life_child=
}

# has_room: whether TMPDIR takes what restic says. The shell itself writes, so this costs no process; and more than a
# page, because a truncated file would take again the very page that it has just freed.
has_room() {
  if ! printf '%16384s' room 2>/dev/null >"$work/room"; then
    return 1
  fi
  : >"$work/room"
}

# require_room DOING: without room in TMPDIR, what restic says is lost.
require_room() {
  has_room || end_tmpdir_full "$1"
}

# end_tmpdir_full DOING
end_tmpdir_full() {
  end 1 "$(print_tmpdir_full "$1")"
}

print_tmpdir_full() {
  printf '%s' "TMPDIR (${TMPDIR:-/tmp}) became full${1:+ while $1}, so the result is not known. Make room there, or give it a larger volume, and run this again."
}

# show_help FILE: the help of a command is the comment at the top of its file.
show_help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
}
