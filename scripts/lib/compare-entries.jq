# Compares what a snapshot holds with what was restored.
# Arguments: wanted, found (what entries.awk printed of each), opened (yes: all that its owner may not read or write was
# opened to the owner, so these bits say nothing).
# Output: 1 files found; 2 their bytes; 3 what of the contents is missing, in words, empty if nothing is; 4 how many
# links and special files are missing; 5 of how many other entries mode or owner differ; then lines that say so.
include "entries";
include "words";

# Owner bits: rw for all, and x where anybody may go.
def open_to_owner:
  (if .type == "dir" or (.mode | bit(64) + bit(8) + bit(1)) > 0 then [256, 128, 64] else [256, 128] end) as $bits
  | reduce $bits[] as $bit (.; if .mode | bit($bit) == 0 then .mode += $bit else . end);
def opened: if $opened == "yes" then map(open_to_owner) else . end;

def by_class: reduce .[] as $class ({}; .["\($class.type) \($class.mode | octal) \($class.owner)"] += $class.count);

def noun: {dir: ["directory", "directories"], file: ["file", "files"], symlink: ["link", "links"]}[.] // [., .];
def in_words:
  .count as $count
  | (.key | split(" ")) as $class
  | ($class[0] | noun) as $noun
  | (if $opened == "yes" then "" else " of mode \($class[1])" end) as $mode
  | "\($count | counted($noun[0]; $noun[1]))\($mode), owner \($class[2])";

# more_of(A; B): the classes of which A has more.
def more_of($a; $b):
  [$a | to_entries[] | {key, count: (.value - ($b[.key] // 0))} | select(.count > 0)] | sort_by(-.count, .key);

def listed($label):
  map(in_words) | if length > 10 then .[:10] + ["… and more"] else . end | map("  \($label): \(.)") | .[];

# missing(WANTED; FOUND): in words, nothing where there are as many.
def missing($wanted; $found; $one; $many):
  select($wanted != $found) | "\($wanted | counted($one; $many)) should be there, and \($found) are";

($wanted | classes) as $w
| ($found | classes) as $f
| ($w | others) as $others
| ([0, $others - ($f | others)] | max) as $lost
| more_of($w | map(select(.type != "socket")) | opened | by_class; $f | opened | by_class) as $gone
| more_of($f | opened | by_class; $w | opened | by_class) as $new
| ($f | files), ($f | file_bytes),
  ([
    missing($w | files; $f | files; "file"; "files"),
    missing($w | directories; $f | directories; "directory"; "directories"),
    ($w | file_bytes | select(. != ($f | file_bytes))
      | "the files should hold \(counted("byte"; "bytes")), and hold \($f | file_bytes)")
  ] | join("; ")),
  $lost,
  ([0, ([$gone[].count] | add // 0) - $lost] | max),
  ($gone | listed("in the snapshot")),
  ($new | listed("restored as"))
