# Counts entries by type, mode and owner.
# Input: lines "KIND UID GID BYTES INODE", where KIND holds type and mode; lines of JSON are passed over.
# Output: a line "KIND UID GID COUNT BYTES" for each class. busybox needs long for regular expressions, so there is none
# here.
substr($0, 1, 1) == "[" { next }
{
  class = $1 " " $2 " " $3
  count[class]++
  bytes[class] += $4
}
END {
  for (class in count) printf "%s %.0f %.0f\n", class, count[class], bytes[class]
}
