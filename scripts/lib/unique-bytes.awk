# The bytes of files, those with several names once: all that stands in a line of manifest.jq is the same for them.
substr($0, 1, 5) == "file:" && !($0 in seen) {
  seen[$0]
  bytes += $4
}
END { printf "%.0f\n", bytes }
