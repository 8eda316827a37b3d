# shellcheck shell=sh disable=SC2154,SC2034 # variables that lib.sh and the commands set
# What is in the folder that is backed up, found out in one look at it. lost+found of a volume is never looked at.
# Inputs: BACKUP_PATH, $work. Results of scan_source: $source_files, $source_bytes, $newest (moment of the newest file, a
# little ahead of our clock at most; empty if there is none), $newest_name, $changed (the newest one that is not ahead of
# our clock), $ahead (a mark of all files ahead of it; empty if there are none), $work/newest-zip.

# Clocks of a file server and of a node differ; a file further ahead says nothing about when it was written.
clock_skew=300

# A name never holds //, with which each record begins; a name may hold line ends.
scan_source() {
  scan_time=$(date +%s)
  : >"$work/newest-zip"
  find "$BACKUP_PATH" -path "$(literal "$BACKUP_PATH")/lost+found" -prune -o -type f -exec stat -c '%Y %s //%n' {} + 2>/dev/null |
    LC_ALL=C awk -v now="$scan_time" -v skew="$clock_skew" -v zip_file="$work/newest-zip" '
      function add() {
        if (name == "") return
        files++
        bytes += size
        if (time > now) { ahead++; ahead_mark = ahead_mark + time % 1000003 + size }
        else if (changed == "" || time > changed) changed = time
        if (time <= now + skew && (newest == "" || time > newest)) { newest = time; newest_name = name }
        if (tolower(name) ~ /\.zip$/ && (zip == "" || time > zip_time)) { zip = name; zip_time = time }
      }
      /^-?[0-9]+ [0-9]+ \/\// { add(); time = $1 + 0; size = $2 + 0; name = substr($0, index($0, "//") + 2); next }
      { name = name "\n" $0 }
      END {
        add()
        printf "%.0f\n%.0f\n%s\n%s\n%s\n", files, bytes, whole(newest), whole(changed), ahead ? sprintf("%.0f:%.0f", ahead, ahead_mark) : ""
        gsub(/[^ -~]/, "?", newest_name)
        print newest_name
        if (zip != "") print zip >zip_file
      }
      function whole(n) { return n == "" ? "" : sprintf("%.0f", n) }' >"$work/scan"
  {
    read -r source_files
    read -r source_bytes
    read -r newest
    read -r changed
    read -r ahead
    IFS= read -r newest_name
  } <"$work/scan"
  stop_if_asked "Nothing was backed up."
}

# Names one thing that this user may not read among what is to be backed up, if there is one: $unreadable. What restic
# leaves out is looked at too.
find_unreadable() {
  old_ifs=$IFS
  IFS='
'
  set -f
  # shellcheck disable=SC2086 # one path a line
  set -- $BACKUP_PATH ${BACKUP_PATHS:-}
  set +f
  IFS=$old_ifs
  unreadable=
  for path in "$@"; do
    # shellcheck disable=SC2016 # for the shell that find runs
    find "$path" -path "$(literal "$path")/lost+found" -prune -o '(' -type f ! -perm -004 -o -type d ! -perm -005 ')' -exec sh -c '
      for entry; do
        if [ ! -r "$entry" ] || { [ -d "$entry" ] && [ ! -x "$entry" ]; }; then printf "%s\n" "$entry"; exit; fi
      done' sh {} + >"$work/unreadable" 2>/dev/null || :
    IFS= read -r unreadable <"$work/unreadable" || unreadable=
    [ -z "$unreadable" ] || return 0
  done
}

# literal PATH: the pattern that matches this path only.
literal() {
  case $1 in
    *[][*?\\]*) printf '%s\n' "$1" | sed 's/[][*?\\]/\\&/g' ;;
    *) printf '%s\n' "$1" ;;
  esac
}
