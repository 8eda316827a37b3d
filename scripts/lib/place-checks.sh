# shellcheck shell=sh disable=SC2154 # variables that other files set
# What is tried before anything is moved into place: whether all that is in the way can be moved aside by a rename.
# Exit codes: 1.

# begin_placing: from now on a backup must see that this is not finished, whoever runs it.
begin_placing() {
  true 2>"$work/refusal" >"$staging/placing" || end_not_placed
  chmod a+x "$staging" 2>/dev/null || :
  chmod a+r "$staging/$staging_mark" 2>/dev/null || :
}

# refuse_mount_points: what is mounted cannot be moved aside. The kernel writes some characters of paths in octal.
refuse_mount_points() {
  [ -s "$staging/clashing" ] || return 0
  checks_escaped=$(printf '%s\n' "$staging_target" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g')
  while read -r _ _ _ _ checks_point _; do
    case $checks_point in
      "${checks_escaped%/}"/*)
        checks_point=${checks_point#"${checks_escaped%/}"/}
        checks_point=$(printf '%s\n' "${checks_point%%/*}" |
          sed 's/\\040/ /g; s/\\011/	/g; s/\\012/\n/g; s/\\134/\\/g')
        if is_there "$staging/new/$checks_point"; then
          echo "$RESTORE_PATH/$checks_point is a mount point, or holds one, and the snapshot holds an entry of that name" >"$work/refusal"
          end_not_placed
        fi
        ;;
    esac
  done </proc/self/mountinfo
}

# refuse_copies: where a rename is not possible, for example of a directory in a lower layer of an overlay, `mv` copies
# and deletes, which loses attributes and may be killed halfway. A directory is renamed here to one that is not empty,
# which cannot be done, but fails in another way where no rename could be done; a file gets a second name for a moment.
# Both ask the file system the same.
refuse_copies() {
  [ -s "$staging/clashing" ] || return 0
  rm -rf "$staging/probe"
  mkdir "$staging/probe" 2>"$work/refusal" || end_not_placed
  # shellcheck disable=SC2016 # of the shell that xargs starts
  {
    (cd "$staging/probe" && xargs -0 -r mkdir -p -- <"$staging/probe-full") || :
    (cd "$staging_target" && xargs -0 -r mv -t "$staging/probe" -- <"$staging/probe-directories") || :
    (cd "$staging_target" && xargs -0 -r sh -c 'exec ln -- "$@" "$0"' "$staging/probe" <"$staging/probe-files") || :
  } >/dev/null 2>"$work/tried"
  rm -rf "$staging/probe"
  if grep -E "^mv: can't remove |ross-device link$" "$work/tried" >"$work/crossing"; then
    echo "$RESTORE_PATH holds entries that can only be copied, and not renamed, into another directory of it, as in a lower layer of an overlay or under another quota (tried with: $(head -n 1 "$work/crossing")). Restore into a directory that is missing, or move them away" >"$work/refusal"
    end_not_placed
  fi
}
