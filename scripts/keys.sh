# shellcheck shell=sh disable=SC2154 # variables that lib.sh and the commands set
# Whether all keys belong to the repository. Two inits at once leave two keys and one config, with which only one of them
# fits; restic takes the first that the password opens: https://github.com/restic/restic/pull/21944
# Inputs: BACKUP_CONFIRM_WAIT, BACKUP_PROBE_TIMEOUT. Exit codes: 1 a key does not fit, and those of fail_as_restic.

# require_fitting_keys START: when the restic was started by which we know that the repository is there.
require_fitting_keys() {
  took=$(($(uptime_in_hundredths) - $1))
  list_keys
  if is_young; then
    # Another init may have looked before this repository was there, and not have written its key yet.
    key_wait=$(((3 * took + 99) / 100))
    [ "$key_wait" -ge "$BACKUP_CONFIRM_WAIT" ] || key_wait=$BACKUP_CONFIRM_WAIT
    say "The repository is new. Looking again in $key_wait seconds, in case another init is running ..."
    pause "$key_wait"
    list_keys
  fi
  case $keys in
    '') end 1 "The repository shows no key, which cannot be: look at keys/ in $RESTIC_REPOSITORY." ;;
    *" "*) require_each_key_to_fit ;;
  esac
}

# Whole seconds would triple to a wait of many.
uptime_in_hundredths() {
  read -r uptime _ </proc/uptime
  printf '%s%s' "${uptime%.*}" "${uptime#*.}"
}

list_keys() {
  run_restic "$BACKUP_PROBE_TIMEOUT" "listing the keys" --no-lock --no-cache --json key list
  [ "$status" -ne 10 ] || end_config_removed
  [ "$status" -eq 0 ] || fail_as_restic "The keys of the repository cannot be listed"
  cp "$work/stdout" "$work/keys"
  keys=$(jq -r 'map(.id) | join(" ")' "$work/keys")
}

# Where a server refuses to write over the first config, the restic that came second removes it, taking it for what is
# left of its own: https://github.com/restic/restic/blob/v0.19.1/internal/backend/retry/backend_retry.go
end_config_removed() {
  end 1 "Two inits ran at once, and the config that was just there in $RESTIC_REPOSITORY is gone again. Look once more. If it stays so, and there never was a backup in it, remove everything in it and run this again; otherwise remove nothing."
}

# Less than two minutes old. A clock that goes before ours makes it young too.
is_young() {
  newest=$(jq -r 'map(.created) | max // ""' "$work/keys")
  newest=$(date -d "$newest" +%s 2>/dev/null) || return 0
  [ $(($(date +%s) - newest)) -lt 120 ]
}

# A key with another password is none of our business: restic passes it over.
require_each_key_to_fit() {
  misfits=
  for key in $keys; do
    run_restic "$BACKUP_PROBE_TIMEOUT" "trying key $key" --no-lock --no-cache --key-hint="$key" cat config
    [ "$status" -ne 0 ] || continue
    misfit=$(messages '[.[] | capture("config or key (?<id>[0-9a-f]+) is damaged").id] | last // ""')
    [ -n "$misfit" ] || fail_as_restic "A key of the repository cannot be tried"
    case $misfits in
      *"$misfit"*) ;;
      *) misfits="$misfits${misfits:+ and }$misfit" ;;
    esac
  done
  [ -z "$misfits" ] || end 1 "Two inits ran at once: the repository at $RESTIC_REPOSITORY has several keys ($keys), of which $misfits does not belong to its config. Any command that happens to use it fails. If the repository holds no backup yet, remove everything in it, and run this again; otherwise move $misfits out of its folder keys/."
}
