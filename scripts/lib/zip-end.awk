# Looks for the end of central directory in the last bytes of a zip, given as numbers. Variable: size, of the whole file.
# Output, a word and a number:
#   whole N       it is there, and the directory fits into the file; N is where the directory begins
#   untestable N  the same, with what misleads busybox' unzip: a directory whose place stands in a record of its own, as
#                 where it begins behind 4 GiB (zip64), or a comment in which the mark of an end stands; N is empty where
#                 that record is not found, or where the directory lies in another file (split)
#   empty         it is there, and says that there is no entry
#   none          it is not there, or does not fit
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14 to 4.3.16
function number(at, bytes,   value, i) {
  value = 0
  for (i = bytes - 1; i >= 0; i--) value = value * 256 + byte[at + i]
  return value
}

function has_signature(at, third, fourth) {
  return at >= 0 && byte[at] == 80 && byte[at + 1] == 75 && byte[at + 2] == third && byte[at + 3] == fourth
}

# The end of zip64 and its locator have 56 and 20 bytes.
function judge(at,   bytes, start, far) {
  if (number(at + 10, 2) == 0) return "empty"
  bytes = number(at + 12, 4); start = number(at + 16, 4)
  far = start == 4294967295
  if (!far && number(at + 4, 2) != 0) return "untestable"
  if (far) {
    if (!has_signature(at - 20, 6, 7) || !has_signature(at - 76, 6, 6)) return "untestable"
    at -= 76; bytes = number(at + 40, 8); start = number(at + 48, 8)
  }
  if (start + bytes > size - (n - at)) return "none"
  return (misleading || far ? "untestable " : "whole ") sprintf("%.0f", start)
}

{ for (i = 1; i <= NF; i++) byte[n++] = $i }
END {
  for (at = n - 4; at >= 0; at--)
    if (has_signature(at, 5, 6)) {
      if (at + 22 + number(at + 20, 2) <= n) { print judge(at); exit }
      misleading = 1
    }
  print "none"
}
