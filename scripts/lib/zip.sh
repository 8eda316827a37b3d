# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set
# Whether the newest zip is whole: an export that was cut off must not push good ones out of the repository.
# Input: BACKUP_CHECK_ZIP
#   empty  the newest *.zip directly in BACKUP_PATH must end with its table of contents, which must name an entry; costs no
#          reading. A file that does not even begin as a zip is another thing under that name, which the report warns of
#   yes    the newest *.zip anywhere in BACKUP_PATH is read: unzip tests the checksum of each compressed entry, and of
#          stored ones only their place. There must be one
#   no     nothing is checked
# Exit codes: 65 the zip is not whole, or there is none · 130 stopped by a signal.

check_zip_setting() {
  check_switch BACKUP_CHECK_ZIP "${BACKUP_CHECK_ZIP:=}" yes no
}

require_whole_zip() {
  case $BACKUP_CHECK_ZIP in
    '') zip_found=$work/newest-zip-here ;;
    yes) zip_found=$work/newest-zip ;;
    *) return 0 ;;
  esac
  zip_name=$(cat "$zip_found")
  if [ -z "$zip_name" ]; then
    [ -z "$BACKUP_CHECK_ZIP" ] ||
      refuse_source "There is no *.zip in $BACKUP_PATH to check (BACKUP_CHECK_ZIP)" "See why no export was written."
    return 0
  fi
  # What cannot be read makes the snapshot partial.
  true 2>/dev/null <"$zip_name" || return 0
  read_zip_start
  if [ "$zip_kind" = another ] && [ -z "$BACKUP_CHECK_ZIP" ]; then
    warn "$zip_name is not a zip, though it is named like one, so it was not checked. If that is meant, set guards.zip: false (BACKUP_CHECK_ZIP=no)."
    return 0
  fi
  require_zip_end
  [ -z "$BACKUP_CHECK_ZIP" ] || test_zip
}

# read_zip_start. Results: $zip_kind: `zip` begins with an entry, `part` as a split one or one without entries does;
# `nothing` is empty, or holds zeros, as after a crash; `another` is something else.
read_zip_start() {
  read_zip_bytes 0
  case $zip_four in
    "50 4b 03 04") zip_kind=zip ;;
    "50 4b"*) zip_kind=part ;;
    '' | "00 00 00 00") zip_kind=nothing ;;
    *) zip_kind=another ;;
  esac
}

# read_zip_bytes PLACE. Results: $zip_four, four bytes as hexadecimal numbers.
read_zip_bytes() {
  zip_four=$(od -An -tx1 -j "$1" -N 4 "$zip_name" 2>/dev/null) || zip_four=
  zip_four=${zip_four# }
}

# require_zip_end: the end of the central directory stands in the last 22 bytes, unless a comment of up to 65,535
# follows it. The end of a zip within the zip, which may stand there after a cut, names a place where no directory
# begins.
# Results: $zip_end, whole or untestable; gone, where the file went meanwhile, which the second look at the source
# shows; $zip_directory, where the directory begins, or empty.
require_zip_end() {
  zip_end=gone
  zip_bytes=$(stat -L -c %s "$zip_name" 2>/dev/null) || return 0
  for zip_window in 22 66000; do
    [ "$zip_window" -le "$zip_bytes" ] || zip_window=$zip_bytes
    # awk says "none" where od could read nothing.
    od -An -v -tu1 -j $((zip_bytes - zip_window)) "$zip_name" 2>/dev/null |
      awk -v size="$zip_bytes" -f "$here/lib/zip-end.awk" >"$work/zip-end"
    read -r zip_end zip_directory <"$work/zip-end" || end_tmpdir_full "looking at $zip_name"
    [ "$zip_end" != whole ] || [ -n "$BACKUP_CHECK_ZIP" ] || break
  done
  case $zip_end in
    none) refuse_zip "it does not end as a zip does, so it was cut off" ;;
    empty) refuse_zip "it holds no file" ;;
  esac
  [ "$zip_kind" != nothing ] || refuse_zip "it begins with zeros"
  [ "$zip_kind" = zip ] && [ -n "$zip_directory" ] || return 0
  read_zip_bytes "$zip_directory"
  [ "$zip_four" = "50 4b 01 02" ] ||
    refuse_zip "its table of contents is not where it should be, so a part is missing"
}

refuse_zip() {
  end 65 "$zip_name is not whole: $1. Nothing was backed up, and older snapshots stay as they are. See why the export did not end well. If this file is meant to be so, set guards.zip: false (BACKUP_CHECK_ZIP=no)."
}

# test_zip: busybox can test no encrypted zip, for example. What it cannot test is said, and not taken for broken. It ends
# with 0 where an entry unpacks to another length than it should.
test_zip() {
  say "Testing $zip_name ..."
  unzip -t "$zip_name" </dev/null >"$work/zip" 2>&1 &
  life_child=$!
  [ -z "$life_signal" ] || pass_signal_on
  wait_for_child
  stop_if_asked "Nothing was backed up."
  if [ "$life_status" -eq 0 ] && ! grep -q "^unzip: bad length" "$work/zip"; then
    return 0
  fi
  zip_says=$(tail -n 1 "$work/zip")
  find_untestable
  [ -n "$zip_untestable" ] || refuse_zip "unzip says \"$zip_says\""
  warn "$zip_name was not tested to its end, because busybox cannot read all of it: $zip_untestable ($zip_says). Its table of contents is there."
}

# find_untestable. Results: $zip_untestable, what misleads unzip in a zip that may be good; empty if there is nothing.
find_untestable() {
  zip_untestable=
  case $zip_end in
    untestable) zip_untestable="it is split, larger than 4 GiB, or has an odd comment" ;;
    whole)
      # awk stops when it has seen enough, so that the status of od says nothing; without od's bytes there is no reason.
      od -An -v -tu1 -j "$zip_directory" "$zip_name" 2>/dev/null | awk -f "$here/lib/zip-directory.awk" >"$work/zip-directory"
      IFS= read -r zip_untestable <"$work/zip-directory" || end_tmpdir_full "looking at $zip_name"
      ;;
  esac
}
