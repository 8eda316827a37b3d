# Looks for the end of central directory in the last bytes of a zip, given as numbers. Variable: size, of the whole file.
# Output, a word and a number:
#   whole N       it is there, and the directory fits into the file; N is where the directory begins, or empty where the
#                 directory's place stands in a record of its own (zip64), or lies in another file (split)
#   untestable N  the same, with what misleads busybox' unzip: an entry that is encrypted or compressed in another way, or
#                 a comment in which the mark of an end stands
#   empty         it is there, and says that there is no entry
#   none          it is not there, or does not fit
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 to 4.3.16
function number(at, bytes,   value, i) {
  value = 0
  for (i = bytes - 1; i >= 0; i--) value = value * 256 + byte[at + i]
  return value
}

function has_signature(at, third, fourth) {
  return byte[at] == 80 && byte[at + 1] == 75 && byte[at + 2] == third && byte[at + 3] == fourth
}

# Methods: 0 stored, 8 deflated, 12 bzip2.
function has_untestable_entry(at,   method) {
  for (; at >= 0 && has_signature(at, 1, 2); at += 46 + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2)) {
    method = number(at + 10, 2)
    if (number(at + 8, 2) % 2 == 1 || (method != 0 && method != 8 && method != 12)) return 1
  }
  return 0
}

function judge(at,   bytes, start) {
  if (number(at + 10, 2) == 0) return "empty"
  bytes = number(at + 12, 4); start = number(at + 16, 4)
  if (start == 4294967295 || number(at + 4, 2) != 0) return "whole"
  if (start + bytes > size - (n - at)) return "none"
  return (misleading || has_untestable_entry(at - bytes) ? "untestable " : "whole ") start
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
