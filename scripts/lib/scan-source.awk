# Sums up what `list_entries` found. A record is "MODIFIED BYTES MODIFIED-DATE CHANGED-DATE CHANGED //NAME", where MODIFIED
# and CHANGED are seconds, and each date is a date, a time and an offset; that of a directory begins with d. A line that
# is no record belongs to the name before.
# Variables: now, skew (seconds), zip_file, zip_file_here (where the names of zips are written to); scan_root, in the
# environment, is BACKUP_PATH. Output: the lines that scan_source reads.

function add() {
  if (name == "") return
  all_files++
  all_bytes += size
  if (further) return
  files++
  bytes += size
  see_change(time)
  if (time <= now + skew && (newest == "" || time > newest)) { newest = time; newest_name = name }
  # One that is dated in the future would be the newest for ever.
  if (tolower(substr(name, length(name) - 3)) == ".zip") add_zip(time > now + skew ? 0 : time + modified_fraction / 1000000000)
}

function add_zip(moment) {
  if (zip == "" || moment > zip_moment) { zip = name; zip_moment = moment }
  if (index(substr(name, length(root) + 2), "/") > 0) return
  if (zip_here == "" || moment > zip_here_moment) { zip_here = name; zip_here_moment = moment }
}

# What is unpacked, copied or moved may keep an old date of modification, but not of its change.
function see_change(moment) { if (!further && (changed == "" || moment > changed)) changed = moment }

# Of directories only how many there are: what comes and goes between two looks, such as a lock, changes their dates.
function mark_of_files() { return sprintf("%.0f:%.0f:%.0f:%.0f:%.0f:%.0f", files, bytes, directories, file_stamps, modified_stamps, file_fractions) }

function whole(n) { return n == "" ? "" : sprintf("%.0f", n) }

BEGIN { root = ENVIRON["scan_root"] }
{
  # No regular expression here: busybox needs 50 microseconds for one.
  slashes = index($0, "//")
  if (slashes == 0) { name = name "\n" $0; next }
  add()
  name = ""
  if (slashes == 1) {
    if ($0 == "//further") { mark = mark_of_files(); further = 1 } else if ($0 == "//lost") lost = 1; else ended = 1
    next
  }
  stamps += $9
  fractions += substr($7, 10)
  see_change($9 + 0)
  if ($1 == "d") { directories++; next }
  time = $1 + 0
  size = $2 + 0
  modified_fraction = substr($4, 10) + 0
  file_stamps += $9
  modified_stamps += time
  file_fractions += substr($7, 10)
  name = substr($0, slashes + 2)
}
END {
  printf "%.0f\n%.0f\n%s\n%s\n%s\n", files, bytes, whole(newest), whole(changed), mark
  printf "%.0f\n", all_files
  printf "%.0f:%.0f:%.0f:%.0f:%.0f\n", all_files, all_bytes, directories, stamps, fractions
  gsub(/[^ -~]/, "?", newest_name)
  print newest_name
  if (zip != "") print zip >zip_file
  if (zip_here != "") print zip_here >zip_file_here
  print ended ? (lost ? "lost" : "end") : "cut off"
}
