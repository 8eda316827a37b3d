# shellcheck shell=sh disable=SC2154 # variables of other files
# What restic does not tell apart: it calls a repository that lost its config "not there", and one that lost its keys a
# wrong password. The directory of a local repository shows it; what other storages hold, nobody can list without a key.
# Inputs: $repository_folder, $repository_shown. Exit codes: 67 the config or all keys are lost.

# end_if_config_lost WHAT: for a repository that restic does not find.
end_if_config_lost() {
  [ -n "$repository_folder" ] && [ ! -e "$repository_folder/config" ] && holds_backups || return 0
  end 67 "$1: the repository is damaged: $repository_shown has data or snapshots, but has lost its config. Remove nothing there. Put the file config back from a copy of the repository, or an older version of its storage. Where there is none, ask the people of restic: as long as its keys are there, a config can be made that reads the data."
}

# end_if_keys_lost NAME WHAT: for a run that ended with "wrong password or no key found".
end_if_keys_lost() {
  if [ -n "$repository_folder" ]; then
    ! holds_names "$repository_folder/keys" || return 0
  else
    # rclone says so.
    grep -q "ERROR : keys: error listing: directory not found" "$work/$1.err" || return 0
  fi
  end 67 "$2: the repository is damaged: $repository_shown has lost all of its keys, so that no password opens it. Remove nothing there. Put what was under keys/ back from a copy of the repository, or an older version of its storage: without a key, nothing can be read."
}

# holds_backups: an init that was killed leaves no such objects.
holds_backups() {
  for lost_part in snapshots index data; do
    ! holds_names "$repository_folder/$lost_part" || return 0
  done
  return 1
}

# holds_names DIRECTORY: whether there are objects of restic, whose names are 64 characters; or what that cannot be said of.
holds_names() {
  [ -d "$1" ] || return 1
  lost_found=$(find "$1" -type f -name "$(printf '%64s' '' | tr ' ' '?')" -print -quit 2>/dev/null) || return 0
  [ -n "$lost_found" ]
}
