# shellcheck shell=sh disable=SC2034 # other files use it
# Whether a restore has begun to move files: then a part of RESTORE_PATH may be in its directory, as old or later.N.

# For a shell of its own, which find starts. is_begun DIRECTORY.
# shellcheck disable=SC2016 # of that shell
begun_program='
  is_there() { [ -e "$1" ] || [ -L "$1" ]; }
  is_begun() {
    [ ! -e "$1/placing" ] || return 0
    for kept in "$1/old" "$1"/later.*; do
      for entry in "$kept"/..?* "$kept"/.[!.]* "$kept"/*; do ! is_there "$entry" || return 0; done
    done
    return 1
  }'
