# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Time and extended attributes, such as ACLs, of BACKUP_PATH itself. restic restores them with the directory above only,
# so it does that once more without all that is in it. Where RESTORE_PATH was missing, it gets both. One that was there
# keeps its own attributes, as it keeps owner and mode, and gets the time.
# Results: $root_unknown (why they are not known, empty if they are), $work/root-wanted.json. Exit codes: 1.

root_unknown=

# restore_root gives $staging/new what is known, and $staging/time the time.
restore_root() {
  root_unknown='' root_name=${BACKUP_PATH##*/} root_above=${BACKUP_PATH%/*}
  root_shape=$(print_literal "$root_name")
  read_root "reading the attributes of $BACKUP_PATH" cat tree "$report_snapshot:${root_above:-/}"
  cp "$work/root.out" "$work/root-wanted.json"
  # In a directory of that name, and back.
  { mkdir "$staging/root" && mv "$staging/new" "$staging/root/$root_name"; } 2>"$work/refusal" || end_not_placed
  run_goes_on=yes
  read_root "restoring the attributes of $BACKUP_PATH" --json restore "$report_snapshot:${root_above:-/}" \
    --target "$staging/root" --exclude '/*' --exclude "!/$root_shape" --exclude "/$root_shape/*"
  run_goes_on=
  if [ -z "$root_unknown" ]; then
    { true >"$staging/time" && touch -r "$staging/root/$root_name" "$staging/time"; } 2>"$work/refusal" || end_not_placed
  fi
  chmod u+rwx "$staging/root/$root_name" 2>/dev/null || :
  { mv "$staging/root/$root_name" "$staging/new" && rmdir "$staging/root"; } 2>"$work/refusal" || end_not_placed
}

# read_root DOING ARGUMENT…: without a lock first, because all contents are there and need not wait for one. What fails
# then is asked for again under the lock, because a prune may have been at work.
read_root() {
  root_doing=$1
  shift
  run_restic root 0 "$root_doing" --no-lock "$@"
  ! is_root_read || return 0
  if [ -z "$life_signal" ]; then
    say "That did not end well. Reading it once more, when nobody else is at work on the repository ..."
    restic_reading root "$root_doing" "$@"
  fi
  is_root_read || root_unknown=${root_unknown:-$explain_cause}
}

# is_root_read: owners and modes may not be set, which is looked at elsewhere.
is_root_read() {
  ended root 0 && return 0
  explain root
  [ "$explain_attributes" = yes ]
}

# set_root_time STAMP
set_root_time() {
  [ ! -e "$1" ] || touch -r "$1" "$staging_target" 2>/dev/null ||
    warn "The time of $RESTORE_PATH itself could not be set, because it belongs to somebody else."
}

# find_root_lacks. Results: $root_lacks, the names of the attributes that the snapshot has, and RESTORE_PATH has not, or
# with another value; $root_unread, why those of RESTORE_PATH are not known, empty if they are. Nothing in the image shows
# attributes but restic, so it backs the directory up into a small repository in TMPDIR, without what is in it.
find_root_lacks() {
  root_lacks='' root_unread=
  [ -z "$root_unknown" ] || return 0
  root_lacks=$(run_jq root-attributes -rn --arg wanted "$root_name" --slurpfile wanted_tree "$work/root-wanted.json" \
    --arg found "" --argjson found_tree '[]')
  [ -n "$root_lacks" ] || return 0
  if ! read_own_root; then
    root_unread=$(print_cause own)
    return 0
  fi
  root_lacks=$(run_jq root-attributes -rn --arg wanted "$root_name" --slurpfile wanted_tree "$work/root-wanted.json" \
    --arg found "${staging_target##*/}" --slurpfile found_tree "$work/own.out")
}

# read_own_root: where that cannot be done, all attributes count as missing.
read_own_root() {
  root_own="-r $work/own --no-cache"
  root_above=${staging_target%/*}
  # shellcheck disable=SC2086 # words
  run_restic own 0 "looking at the attributes of $RESTORE_PATH" $root_own init
  ended own 0 || return 1
  # shellcheck disable=SC2086 # words
  run_restic own 0 "looking at the attributes of $RESTORE_PATH" $root_own --json backup --no-scan \
    --exclude "$(print_literal "$staging_target")/*" "$staging_target"
  ended own 0 || return 1
  tail -n 1 "$work/own.out" >"$work/latest"
  # shellcheck disable=SC2086 # words
  run_restic own 0 "looking at the attributes of $RESTORE_PATH" $root_own cat tree \
    "$(run_jq field -r --arg name snapshot_id "$work/latest"):${root_above:-/}"
  ended own 0
}
