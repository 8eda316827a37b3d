# Looks in the central directory of a zip, given as numbers and maybe followed by other bytes, for what busybox' unzip cannot
# read. Output: a line that says the first such thing, empty where there is none.
#   encrypted entries; methods other than 0 stored, 8 deflated, 12 bzip2, 95 xz
#   what stands in 64 bits (zip64): the place of an entry, and the size of a stored one; its own header may have it so, too,
#   where a program of version 4.5 is needed
#   names of more than 4,095 bytes
#   a signature behind the directory
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 and 4.3.13
function number(at, bytes,   value, i) {
  value = 0
  for (i = bytes - 1; i >= 0; i--) value = value * 256 + byte[at + i]
  return value
}

function unreadable(   method) {
  method = number(10, 2)
  if (number(8, 2) % 2 == 1) return "an entry is encrypted"
  if (method != 0 && method != 8 && method != 12 && method != 95) return "an entry is compressed by method " method
  if (method == 0 && (number(6, 2) >= 45 || number(20, 4) == 4294967295)) return "a stored entry has its size in 64 bits"
  if (number(42, 4) == 4294967295) return "an entry has its place in 64 bits"
  if (number(28, 2) > 4095) return "an entry has a very long name"
  return ""
}

# Only one entry is kept, because a directory may have megabytes.
{
  for (i = 1; i <= NF; i++) {
    if (skip > 0) { skip--; continue }
    byte[n++] = $i
    if (n == 4 && (byte[0] != 80 || byte[1] != 75 || byte[2] != 1 || byte[3] != 2)) {
      if (byte[2] == 5 && byte[3] == 5) reason = "it is signed"
      exit
    }
    if (n < 46) continue
    reason = unreadable()
    if (reason != "") exit
    skip = number(28, 2) + number(30, 2) + number(32, 2)
    n = 0
  }
}
END { print reason }
