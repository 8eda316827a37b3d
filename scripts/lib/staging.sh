# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# The directory that a restore writes to until all of it is there and verified: .restic-backup-restore.XXXXXX. It lies
# on the file system of RESTORE_PATH, so that each move from there is one rename: beside RESTORE_PATH where one rename
# can put all into place, else in it. It holds
#   restic-backup-restore   our mark: who restores here, and, by its time, that this one is alive
#   new/                    what is restored
#   old/                    what new/ replaces, while it is moved into place
#   later.N/                what appears there meanwhile
#   placing                 from when on all is verified, so that what a kill leaves can be finished
#   time                    its time is that which RESTORE_PATH itself gets
# Inputs: RESTORE_PATH.
# Results: $staging; $staging_target and $staging_parent, RESTORE_PATH and the directory above it without symbolic
# links.
# Exit codes: 1.

staging=
staging_mark=restic-backup-restore

# find_target: RESTORE_PATH itself may be missing; what is missing above it is made.
find_target() {
  staging_parent=${RESTORE_PATH%/*}
  staging_parent=${staging_parent:-/}
  if [ -d "$RESTORE_PATH" ]; then
    staging_target=$(cd "$RESTORE_PATH" && pwd -P) || end_not_entered "$RESTORE_PATH"
    staging_parent=${staging_target%/*}
    staging_parent=${staging_parent:-/}
  elif [ -e "$RESTORE_PATH" ] || [ -L "$RESTORE_PATH" ]; then
    end 1 "Nothing was restored, because $RESTORE_PATH is no directory, or a link to one that is missing. Remove it, or make that directory."
  else
    make_directories "$staging_parent"
    staging_parent=$(cd "$staging_parent" && pwd -P) || end_not_entered "$staging_parent"
    staging_target=${staging_parent%/}/${RESTORE_PATH##*/}
  fi
}

end_not_entered() {
  end 1 "Nothing was restored, because user $(id -u) may not enter $1. Correct its rights."
}

# make_directories PATH: each belongs to the owner of the one that it is made in.
make_directories() {
  while [ ! -d "$1" ]; do
    staging_missing=$1
    staging_upper=${staging_missing%/*}
    while [ ! -d "${staging_upper:-/}" ]; do
      staging_missing=$staging_upper
      staging_upper=${staging_missing%/*}
    done
    (umask 022 && mkdir "$staging_missing") 2>"$work/refusal" || end_unwritable "${staging_upper:-/}"
    chown "$(stat -c %u:%g "${staging_upper:-/}")" "$staging_missing" 2>/dev/null || :
  done
}

# end_unwritable PATH: for what the program said in $work/refusal.
end_unwritable() {
  stop_if_asked "Nothing was restored."
  end 1 "Nothing was restored, because user $(id -u) cannot write to $1: $(cat "$work/refusal"). Check that its volume is mounted, writable and not full, and the rights of that directory."
}

# make_staging makes an empty one. Another restore that begins now may take it for what a killed one left, before our mark
# is in it: then another one is made.
make_staging() {
  find_target
  for _ in 1 2 3 4 5; do
    make_staging_directory
    ! write_mark 2>"$work/refusal" || break
    [ ! -d "$staging" ] || end_unwritable "$staging"
  done
  # The watch beside restic shows others that this restore is alive.
  watch_heartbeat=$staging/$staging_mark
  mkdir "$staging/new" 2>"$work/refusal" || end_unwritable "$staging"
}

make_staging_directory() {
  staging=
  [ -d "$staging_target" ] || staging=$(mktemp -d "${staging_parent%/}/.restic-backup-restore.XXXXXX" 2>/dev/null) || staging=
  if [ -z "$staging" ]; then
    make_directories "$staging_target"
    staging=$(mktemp -d "$staging_target/.restic-backup-restore.XXXXXX" 2>"$work/refusal") || end_unwritable "$staging_target"
  fi
}

# write_mark: whoever meets this directory later must know whether its restore is alive. The number of the directory
# tells it from a copy of itself that a backup has brought here.
write_mark() {
  {
    echo "Here restore.sh of restic-backup restores. The next restore removes this directory when the process below has died."
    print_process
    echo "$$ $(print_start "$$")"
    stat -c %i "$staging"
    print_side "$staging"
  } >"$staging/$staging_mark.new" && mv "$staging/$staging_mark.new" "$staging/$staging_mark"
}

# print_side DIRECTORY: in RESTORE_PATH, or beside the directory of that name, whatever its volume is called here.
print_side() {
  case $1 in
    "${staging_target%/}"/*) echo in ;;
    *) echo "beside ${staging_target##*/}" ;;
  esac
}

# print_process: where process ids mean what they mean here.
print_process() {
  echo "$(cat /proc/sys/kernel/hostname) $(readlink /proc/self/ns/pid || :)"
}

# print_start PROCESS: when it was started, because another one may have its id by now; nothing of one that has ended,
# even if nobody has asked for its end. The second field may hold anything.
print_start() {
  staging_stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # shellcheck disable=SC2086 # fields
  set -- ${staging_stat##*) }
  [ "$1" = Z ] || echo "${20}"
}

# keep_beating COMMAND…: runs it, and shows meanwhile that this restore is alive. Nothing outlives the shell for long.
keep_beating() {
  (
    trap - EXIT TERM INT
    cd /
    while kill -0 $$ 2>/dev/null; do
      touch "$staging/$staging_mark"
      sleep 5
    done
  ) >/dev/null 2>&1 &
  staging_beat=$! staging_status=0
  "$@" || staging_status=$?
  kill -KILL "$staging_beat" 2>/dev/null || :
  wait "$staging_beat" 2>/dev/null || :
  return "$staging_status"
}

# drop_staging DIRECTORY: whoever may not write into a directory of their own must open it first. The mark goes last, so
# that what a kill leaves is known as ours.
drop_staging() {
  # In probe, files have second names, and would be opened, too.
  rm -rf "$1/probe" 2>/dev/null || return 1
  if ! rm -rf "$1/new" "$1/old" "$1/root" 2>/dev/null; then
    chmod -R u+rwX "$1" 2>/dev/null || :
    rm -rf "$1/new" "$1/old" "$1/root" 2>/dev/null || return 1
  fi
  rm -rf "$1" 2>/dev/null
}
