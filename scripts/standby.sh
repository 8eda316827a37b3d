#!/bin/sh
# Process 1 of the Deployment `backup-restore`: keeps the pod running for work by hand (`kubectl exec`), and at its end
# gives the commands that run in it the time to release the repository's lock. A restic that is run by hand finds the
# private copies of the files with credentials that the scripts would make.
# Inputs: those of private-files.sh.
# Exit codes: 0 told to end by SIGTERM or SIGINT, and nothing runs any more · 64 arguments given.
set -eu
here=$(dirname "$0")
# shellcheck source=scripts/private-files.sh
. "$here/private-files.sh"

main() {
  # `restic unlock` sends SIGHUP to the process ids that it finds in locks, which may be this one.
  trap '' HUP
  trap 'ending=yes' TERM INT
  ending=
  make_private_files
  echo "Ready. Run: kubectl exec -it deploy/backup-restore -- /usr/local/bin/restore.sh --help"
  while [ -z "$ending" ]; do
    sleep 86400 >/dev/null 2>&1 &
    nap=$!
    wait "$nap" || :
    kill "$nap" 2>/dev/null || :
  done
  # Elsewhere than in a container of its own, other processes are none of its business.
  if [ $$ -eq 1 ]; then
    end_others
  fi
  echo "Nothing runs any more."
}

# Work by hand may not need them, and init.sh, backup.sh and restore.sh report it too.
problem() {
  echo "$1"
}

# Kubernetes signals process 1 only, and kills the others when the grace period is over.
end_others() {
  find_others
  for process in $others; do
    echo "Asking process $process to end."
    kill -TERM "$process" 2>/dev/null || :
  done
  while [ -n "$others" ]; do
    sleep 1
    find_others
  done
}

# The processes that a SIGTERM can end, this one apart. No subshell, which would find itself.
find_others() {
  others=
  for folder in /proc/[0-9]*; do
    process=${folder#/proc/}
    if [ "$process" -ne 1 ] && ends_by_signal "$process"; then
      others="$others $process"
    fi
  done
}

# Not so are zombies, and an idle interactive shell: it ignores SIGTERM (bit 14 of SigIgn).
ends_by_signal() {
  [ -r "/proc/$1/status" ] || return 1
  while read -r field value _; do
    case "$field $value" in
      "State: Z" | "SigIgn: "*[4567cdef]???) return 1 ;;
    esac
  done 2>/dev/null <"/proc/$1/status"
}

case "${1:-}" in
  '') main ;;
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0" ;;
  *)
    echo "standby.sh takes no arguments; --help explains it." >&2
    exit 64
    ;;
esac
