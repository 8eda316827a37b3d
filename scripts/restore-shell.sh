#!/bin/sh
# Keeps the pod of the Deployment `backup-restore` running, as its process 1, for work by hand (`kubectl exec`), and at its
# end gives the commands that run in it the time to release the repository's lock. Makes the private copies of the files
# with credentials that the scripts would make, so that a restic that is run by hand finds them.
#
# Inputs: those of lib/secret-files.sh.
# Exit codes:
#    0  told to end by SIGTERM or SIGINT, and every other process has ended
#   64  arguments given
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/lib/secret-files.sh
. "$here/lib/secret-files.sh"

main() {
  # `restic unlock` sends SIGHUP to the process ids that it finds in locks, which may be this one.
  trap '' HUP
  trap 'shell_ending=yes' TERM INT
  shell_ending=
  make_secret_files
  echo "Ready. Run: kubectl exec -it deploy/backup-restore -- /usr/local/bin/restore.sh --help"
  while [ -z "$shell_ending" ]; do
    sleep 86400 >/dev/null 2>&1 &
    shell_nap=$!
    wait "$shell_nap" || :
    kill "$shell_nap" 2>/dev/null || :
  done
  # As process 1, all other processes are those of this container.
  if [ $$ -eq 1 ]; then
    end_others
  fi
  echo "All other processes have ended."
}

# problem TEXT: work by hand may not need these files, and the commands report it too.
problem() {
  echo "$1"
}

# end_others: Kubernetes signals process 1 only, and kills the others when the grace period is over.
end_others() {
  find_others
  for shell_process in $shell_others; do
    echo "Asking process $shell_process to end."
    kill -TERM "$shell_process" 2>/dev/null || :
  done
  while [ -n "$shell_others" ]; do
    sleep 1
    find_others
  done
}

# find_others finds the processes that a SIGTERM can end, except this one, without a subshell, which would find itself.
# Results: $shell_others.
find_others() {
  shell_others=
  for shell_process in /proc/[0-9]*; do
    shell_process=${shell_process#/proc/}
    if [ "$shell_process" -ne 1 ] && ends_by_signal "$shell_process"; then
      shell_others="$shell_others $shell_process"
    fi
  done
}

# ends_by_signal PROCESS: zombies do not, nor does an idle interactive shell, which ignores SIGTERM (bit 14 of SigIgn).
ends_by_signal() {
  [ -r "/proc/$1/status" ] || return 1
  while read -r shell_field shell_value _; do
    case "$shell_field $shell_value" in
      "State: Z" | "SigIgn: "*[4567cdef]???) return 1 ;;
    esac
  done 2>/dev/null <"/proc/$1/status"
}

case "${1:-}" in
  '') main ;;
  -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" ;;
  *)
    echo "restore-shell.sh takes no arguments. Its help: restore-shell.sh --help." >&2
    exit 64
    ;;
esac
