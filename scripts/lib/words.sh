# shellcheck shell=sh
# What a human reads: lines, numbers with their nouns, sizes and times; and what a program takes for a pattern.
# Inputs: TZ. Ends nothing.

# say LINE…: it is no failure when nobody listens any more.
say() {
  printf '%s\n' "$*" 2>/dev/null || :
}

# count N ONE MANY: "1 file", "2 files".
count() {
  if [ "$1" -eq 1 ]; then
    printf '%s %s' "$1" "$2"
  else
    printf '%s %s' "$1" "$3"
  fi
}

# human_bytes N: 1536 is "1.5 KiB".
human_bytes() {
  words_tenths=$(($1 * 10))
  for words_unit in B KiB MiB GiB TiB; do
    if [ "$words_tenths" -lt 10240 ] || [ "$words_unit" = TiB ]; then
      break
    fi
    words_tenths=$((words_tenths / 1024))
  done
  if [ "$words_unit" = B ]; then
    printf '%d B' "$1"
  else
    printf '%d.%d %s' $((words_tenths / 10)) $((words_tenths % 10)) "$words_unit"
  fi
}

# local_time SECONDS: a moment, given in seconds since 1970, in the time zone TZ.
local_time() {
  date -d "@${1%.*}" '+%Y-%m-%d %H:%M:%S %Z'
}

# print_literal PATH: the pattern that find, and restic, take for this path only.
print_literal() {
  case $1 in
    *[][*?\\]*) printf '%s\n' "$1" | sed 's/[][*?\\]/\\&/g' ;;
    *) printf '%s\n' "$1" ;;
  esac
}
