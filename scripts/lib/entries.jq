# Counted entries, as entries.awk prints them: of a snapshot (KIND is TYPE:MODE, the mode as Go writes it), or of a
# directory (KIND is the mode as the kernel keeps it, in hexadecimal, as `stat -c %f` prints it).

def bit($value): . / $value | floor % 2;

# Go's bits for setuid, setgid and sticky are 2^23, 2^22 and 2^20: https://pkg.go.dev/io/fs#FileMode
def mode_of_go: . % 512 + bit(8388608) * 2048 + bit(4194304) * 1024 + bit(1048576) * 512;

def of_hex: reduce (explode[] | if . >= 97 then . - 87 else . - 48 end) as $digit (0; . * 16 + $digit);
def type_of_mode:
  ["unknown", "fifo", "chardev", "unknown", "dir", "unknown", "dev", "unknown", "file", "unknown", "symlink", "unknown",
   "socket"][. / 4096 | floor] // "unknown";

# 1517 is "2755".
def octal: if . < 8 then tostring else (. / 8 | floor | octal) + (. % 8 | tostring) end;

# Links have no mode of their own.
def class:
  split(" ")
  | (.[0] | split(":")) as $kind
  | (if ($kind | length) == 2 then {type: $kind[0], mode: ($kind[1] | tonumber | mode_of_go)}
     else .[0] | of_hex | {type: type_of_mode, mode: (. % 4096)} end)
    + {owner: "\(.[1]):\(.[2])", count: (.[3] | tonumber), bytes: (.[4] | tonumber)}
  | if .type == "symlink" then .mode = 511 else . end;

# classes: of the whole text.
def classes: split("\n") | map(select(. != "") | class);

def number_of($types): map(select(.type as $type | $types | index([$type])).count) | add // 0;
def files: number_of(["file"]);
def directories: number_of(["dir"]);
# restic makes no socket anew: the program that listens does.
def sockets: number_of(["socket"]);
def others: number_of(["symlink", "fifo", "dev", "chardev"]);
def file_bytes: map(select(.type == "file").bytes) | add // 0;
