# shellcheck shell=sh disable=SC2154 # variables that other files set
# Whether all keys belong to the repository. Two inits at once leave two keys and one config, with which only one of them
# fits; restic takes the first that the password opens: https://github.com/restic/restic/pull/21944
# Inputs: BACKUP_CONFIRM_WAIT, BACKUP_PROBE_TIMEOUT. Exit codes: 1 a key does not fit, and those of fail_unharmed.

# require_fitting_keys BEGAN: the uptime when that restic was started which found the repository.
require_fitting_keys() {
  keys_took=$(($(print_uptime) - $1))
  list_keys
  if is_young; then
    # Another init may have looked before this repository was there, and not have written its key yet.
    keys_wait=$(((3 * keys_took + 99) / 100))
    [ "$keys_wait" -ge "$BACKUP_CONFIRM_WAIT" ] || keys_wait=$BACKUP_CONFIRM_WAIT
    say "The repository is new. Looking again in $(count "$keys_wait" second seconds), in case another init is running ..."
    pause "$keys_wait"
    list_keys
  fi
  case $keys_ids in
    '') end 1 "The repository shows no key, though a key has opened it. Look at keys/ in $repository_shown." ;;
    *" "*) require_each_key_to_fit ;;
  esac
  warn_of_many_keys
}

# warn_of_many_keys: restic tries 20, in the order in which the storage lists them, and gives up:
# https://github.com/restic/restic/blob/v0.19.1/internal/repository/key.go
warn_of_many_keys() {
  # shellcheck disable=SC2086 # ids
  set -- $keys_ids
  [ $# -lt 15 ] ||
    warn "The repository has $# keys. With more than 20 it may not be opened with the right password any more. Take out what is not needed: restic key list, restic key remove ID."
}

# print_uptime: in hundredths of a second, because three times a whole second would be a long wait. 0.38 is no octal 038.
print_uptime() {
  read -r keys_uptime _ </proc/uptime
  keys_uptime=${keys_uptime%.*}${keys_uptime#*.}
  while :; do
    case $keys_uptime in
      0?*) keys_uptime=${keys_uptime#0} ;;
      *) break ;;
    esac
  done
  printf '%s' "$keys_uptime"
}

# list_keys. Results: $keys_ids, the newest key's time in $keys_newest.
list_keys() {
  run_restic keys "$BACKUP_PROBE_TIMEOUT" "listing the keys" --no-lock --no-cache --json key list
  ! ended keys 10 || end_config_removed
  ended keys 0 || fail_unharmed keys "The keys of the repository cannot be listed"
  run_jq keys -r "$work/keys.out" >"$work/keys"
  {
    read -r keys_newest
    read -r keys_ids
  } <"$work/keys"
}

# end_config_removed: where a server refuses to write over the first config, the restic that came second removes it,
# taking it for what is left of its own:
# https://github.com/restic/restic/blob/v0.19.1/internal/backend/retry/backend_retry.go
end_config_removed() {
  end 1 "Two inits ran at once, and the config that was just there in $repository_shown is gone again. Look once more. If it stays so, and there never was a backup in it, remove everything in it and run this again; otherwise remove nothing."
}

# is_young: less than two minutes old, by keys whose time is local time. A clock that runs ahead of ours makes it young too.
is_young() {
  keys_seconds=$(date -d "$keys_newest" +%s 2>/dev/null) || return 0
  [ $(($(date +%s) - keys_seconds)) -lt 120 ]
}

# require_each_key_to_fit: a key with another password is none of our business, restic passes it over.
require_each_key_to_fit() {
  keys_misfits=
  for keys_id in $keys_ids; do
    run_restic key "$BACKUP_PROBE_TIMEOUT" "trying key $keys_id" --no-lock --no-cache --key-hint="$keys_id" cat config
    ! ended key 0 || continue
    keys_misfit=$(run_jq misfit -Rrs "$work/key.err")
    [ -n "$keys_misfit" ] || fail_unharmed key "A key of the repository cannot be tried"
    case $keys_misfits in
      *"$keys_misfit"*) ;;
      *) keys_misfits="$keys_misfits${keys_misfits:+ and }$keys_misfit" ;;
    esac
  done
  [ -z "$keys_misfits" ] || end 1 "Two inits ran at once: the repository at $repository_shown has several keys ($keys_ids), of which $keys_misfits does not belong to its config. Any command that happens to use it fails. If the repository holds no backup yet, remove everything in it, and run this again; otherwise move $keys_misfits out of its directory keys/."
}
