# Sums up what `list_entries` found. A record is "SECONDS BYTES MODIFIED CHANGED //NAME", where MODIFIED and CHANGED are a
# date, a time and an offset; that of a directory begins with d. A line that is no record belongs to the name before.
# Variables: now, skew (seconds), zip_file, zip_file_here (where the names of zips are written to); scan_root, in the
# environment, is BACKUP_PATH. Output: the lines that scan_source reads.

function add() {
  if (name == "") return
  all_files++
  all_bytes += size
  if (further) return
  files++
  bytes += size
  if (time > now) { ahead++; ahead_mark += time % 1000003 + size }
  else if (changed == "" || time > changed) changed = time
  if (time <= now + skew && (newest == "" || time > newest)) { newest = time; newest_name = name }
  # One that is dated in the future would be the newest for ever.
  if (tolower(substr(name, length(name) - 3)) == ".zip") add_zip(time > now + skew ? 0 : time + modified_fraction / 1000000000)
}

function add_zip(moment) {
  if (zip == "" || moment > zip_moment) { zip = name; zip_moment = moment }
  if (index(substr(name, length(root) + 2), "/") > 0) return
  if (zip_here == "" || moment > zip_here_moment) { zip_here = name; zip_here_moment = moment }
}

function whole(n) { return n == "" ? "" : sprintf("%.0f", n) }

BEGIN { root = ENVIRON["scan_root"] }
{
  # No regular expression here: busybox needs 50 microseconds for one.
  slashes = index($0, "//")
  if (slashes == 0) { name = name "\n" $0; next }
  add()
  name = ""
  if (slashes == 1) { if ($0 == "//further") further = 1; else if ($0 == "//lost") lost = 1; else ended = 1; next }
  # 2026-11-27 05:00:00.123456789, in seconds of a calendar without leap days: enough to see a change.
  # Where there are no dates, the seconds stand there.
  if ($3 == "-") stamps += $6
  else stamps += substr($6, 3, 2) * 32140800 + substr($6, 6, 2) * 2678400 + substr($6, 9, 2) * 86400 \
    + substr($7, 1, 2) * 3600 + substr($7, 4, 2) * 60 + substr($7, 7, 2)
  fractions += substr($7, 10)
  if ($1 == "d") { directories++; next }
  time = $1 + 0
  size = $2 + 0
  modified_fraction = substr($4, 10) + 0
  name = substr($0, slashes + 2)
}
END {
  printf "%.0f\n%.0f\n%s\n%s\n%s\n", files, bytes, whole(newest), whole(changed), ahead ? sprintf("%.0f:%.0f", ahead, ahead_mark) : ""
  printf "%.0f\n", all_files
  printf "%.0f:%.0f:%.0f:%.0f:%.0f\n", all_files, all_bytes, directories, stamps, fractions
  gsub(/[^ -~]/, "?", newest_name)
  print newest_name
  if (zip != "") print zip >zip_file
  if (zip_here != "") print zip_here >zip_file_here
  print ended ? (lost ? "lost" : "end") : "cut off"
}
