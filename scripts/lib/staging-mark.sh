# shellcheck shell=sh disable=SC2154 # variables that other files set
# The mark in the directory of a restore: whoever meets that directory later must know whose it is, and whether its restore
# is alive.
# Inputs: $staging, $staging_target.

staging_mark=restic-backup-restore
# The snapshot that is restored there.
mark_snapshot=

# write_mark: the number of the directory tells it from a copy of itself that a backup has brought here. A shell says of a
# full disk what it likes, and cp says what is the matter.
write_mark() {
  {
    echo "Here restore.sh of restic-backup restores. The next restore removes this directory when the process below has died."
    print_process
    echo "$$ $(print_start "$$")"
    stat -c %i "$staging"
    print_side "$staging"
    echo "$mark_snapshot"
  } >"$work/mark" && cp "$work/mark" "$staging/$staging_mark.new" && mv "$staging/$staging_mark.new" "$staging/$staging_mark"
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
