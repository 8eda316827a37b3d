#!/bin/sh
# A stand-in for Jira's XML export: writes one zip with entities.xml and activeobjects.xml, named as Jira names it,
# into a directory. It needs busybox and nothing else: a zip entry is what gzip makes, in another envelope
# (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
#
# usage: export.sh DIRECTORY [ISSUES]   ISSUES: number of issues in the export, 2000 unless given
# exit:  0 the export is complete, under its final name; other: there is none
set -eu

directory=$1
issues=${2:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

main() {
  entities > "$work/entities.xml"
  printf '<?xml version="1.0" encoding="UTF-8"?>\n<backup xmlns="http://www.atlassian.com/ao"/>\n' > "$work/activeobjects.xml"
  zip_file "$work/export.zip" entities.xml activeobjects.xml
  name=$(date +%Y-%b-%d--%H%M%S).zip
  # Copied under another name first: the volume may be another file system, and half an export is none.
  cp "$work/export.zip" "$directory/.$name.part"
  mv "$directory/.$name.part" "$directory/$name"
  echo "$directory/$name"
}

entities() {
  awk -v issues="$issues" -v seed="$(date +%s)" 'BEGIN {
    srand(seed)
    print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<entity-engine-xml>"
    for (i = 1; i <= issues; i++) {
      printf "  <Issue id=\"%d\" key=\"DEMO-%d\" summary=\"Issue %d\" created=\"2026-01-01 00:00:00\">", 10000 + i, i, i
      for (w = 0; w < 40; w++) printf " %08x", int(rand() * 4294967295)
      print "</Issue>"
    }
    print "</entity-engine-xml>"
  }'
}

# zip_file ZIP NAME...: the files of the work directory
zip_file() {
  zip=$1
  shift
  : > "$zip"
  : > "$work/central"
  for name; do
    offset=$(size "$zip")
    gzip -c < "$work/$name" > "$work/gz"
    deflated=$(($(size "$work/gz") - 18))
    entry "$deflated" "$(size "$work/$name")" > "$work/entry"
    {
      printf 'PK\003\004'
      cat "$work/entry"
      little_endian 2 "${#name}"
      little_endian 2 0
      printf %s "$name"
      tail -c +11 "$work/gz" | head -c "$deflated"
    } >> "$zip"
    {
      printf 'PK\001\002\024\000'
      cat "$work/entry"
      little_endian 2 "${#name}"
      little_endian 2 0
      little_endian 8 0
      little_endian 2 0
      little_endian 4 "$offset"
      printf %s "$name"
    } >> "$work/central"
  done
  offset=$(size "$zip")
  {
    cat "$work/central"
    printf 'PK\005\006'
    little_endian 4 0
    little_endian 2 $#
    little_endian 2 $#
    little_endian 4 "$(size "$work/central")"
    little_endian 4 "$offset"
    little_endian 2 0
  } >> "$zip"
}

# What local and central header have in common: version 2.0, no flags, deflate, a fixed time, CRC (from gzip), sizes.
entry() {
  printf '\024\000\000\000\010\000\000\000\041\135'
  tail -c 8 "$work/gz" | head -c 4
  little_endian 4 "$1"
  little_endian 4 "$2"
}

# little_endian BYTES NUMBER
little_endian() {
  bytes=$1
  number=$2
  while [ "$bytes" -gt 0 ]; do
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((number & 255)))"
    number=$((number >> 8))
    bytes=$((bytes - 1))
  done
}

size() {
  wc -c < "$1" | tr -d ' '
}

main
