# Compares what a snapshot holds with what was restored. Arguments: wanted, found (what entries.awk printed of each), opened
# (yes: all that its owner may not read or write was opened to the owner, so these bits say nothing).
# Output: 1 files found; 2 their bytes; 3 what of the contents is missing, in words, empty if nothing is; 4 how many links
# and special files are missing; 5 of how many other entries mode or owner differ; then lines that say so.
include "entries";
include "words";

# Owner bits: rw for all, and x where anybody may go.
def open_to_owner: if $opened == "yes" then (. - bit(256) * 256 - bit(128) * 128 + 384) | (if bit(64) == 0 and (bit(8) == 1 or bit(1) == 1) then . + 64 else . end) else . end;
def opened: map((.mode |= open_to_owner) | if .type == "dir" and (.mode | bit(64)) == 0 and $opened == "yes" then .mode += 64 else . end);

def by_class: reduce .[] as $class ({}; .["\($class.type) \($class.mode | octal) \($class.owner)"] += $class.count);

def noun: {dir: ["directory", "directories"], file: ["file", "files"], symlink: ["link", "links"]}[.] // [., .];
def in_words:
  .count as $count
  | (.key | split(" ")) as $class
  | "\($count | counted(($class[0] | noun)[0]; ($class[0] | noun)[1]))\(if $opened == "yes" then "" else " of mode \($class[1])" end), owner \($class[2])";

# more_of(A; B): the classes of which A has more.
def more_of($a; $b): [$a | to_entries[] | {key, count: (.value - ($b[.key] // 0))} | select(.count > 0)] | sort_by(-.count, .key);

def listed($label): map(in_words) | if length > 10 then .[:10] + ["… and more"] else . end | map("  \($label): \(.)") | .[];

($wanted | classes) as $w
| ($found | classes) as $f
| ($w | others) as $others
| ([0, $others - ($f | others)] | max) as $lost
| more_of($w | map(select(.type != "socket")) | opened | by_class; $f | opened | by_class) as $gone
| more_of($f | opened | by_class; $w | opened | by_class) as $new
| ($f | files), ($f | file_bytes),
  ([
    (($w | files) - ($f | files) | select(. != 0) | "\($w | files | counted("file"; "files")) should be there, and \($f | files) are"),
    (($w | directories) - ($f | directories) | select(. != 0) | "\($w | directories | counted("directory"; "directories")) should be there, and \($f | directories) are"),
    (($w | file_bytes) - ($f | file_bytes) | select(. != 0) | "the files should hold \($w | file_bytes | counted("byte"; "bytes")), and hold \($f | file_bytes)")
  ] | join("; ")),
  $lost,
  ([0, ([$gone[].count] | add // 0) - $lost] | max),
  ($gone | listed("in the snapshot")),
  ($new | listed("restored as"))
