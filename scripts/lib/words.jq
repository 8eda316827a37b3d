# Numbers as people read them, the same as those of words.sh.

# 1 | counted("file"; "files") is "1 file".
def counted($one; $many): "\(.) \(if . == 1 then $one else $many end)";

# 1536 is "1.5 KiB".
def human_bytes:
  [. * 10, ["B", "KiB", "MiB", "GiB", "TiB"]]
  | until(.[0] < 10240 or (.[1] | length) == 1; [(.[0] / 1024 | floor), .[1][1:]])
  | if .[1][0] == "B" then "\(.[0] / 10) B" else "\(.[0] / 10 | floor).\(.[0] % 10) \(.[1][0])" end;

# The day of a moment, in UTC.
def day: strftime("%Y-%m-%d");
