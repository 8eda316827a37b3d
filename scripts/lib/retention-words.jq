# What a human reads of the warnings of expire.jq: what happened, what it means, what to do.
# Uses words and clock.
include "words";
include "clock";

def files_and_bytes($files; $bytes): "\($files | counted("file"; "files")) and \($bytes | human_bytes)";

# Which of two clocks is wrong a human must find out first: by one that is behind, good snapshots look wrong.
def future_sentences:
  (if .count == 1 then ["Snapshot \(.newest.short) is", "", "the snapshot", "it"]
    else ["\(.count) snapshots are", " the last of them, \(.newest.short),", "them", "them"] end) as [$who, $last, $these, $them]
  | "\($who) dated in the future,\($last) \(.newest.moment | clock_words): the clock here shows \(.now | clock_words). "
  + "Compare it with a watch. "
  + (if .count > 1 and .count > .others then "They are most of what there is, so most likely this clock is behind: then correct it, "
    else "If it is behind, correct it, " end)
  + "and remove nothing. If it is right, the one that dated \($these) was ahead: retention neither counts nor removes \($them)."
  + (if .larger == 0 then ""
    else " \(.larger | counted("of them holds"; "of them hold")) more than the new one by more than \(.percent) percent, so "
      + "something may be missing in the source." end);

def clock_sentences:
  "By the retention rules, this new snapshot would be removed, because another one is newer, so nothing was removed. "
  + "Another backup ran meanwhile, or a clock is wrong: compare the clocks of the nodes with the times that restore.sh "
  + "--list shows.";

def pause_sentences:
  (.after.moment - .before.moment | if . < 172800 then . / 3600 | floor | counted("hour"; "hours")
    else . / 86400 | floor | counted("day"; "days") end) as $length
  | "No backup was made for \($length) before \(.after.moment | day), or a clock jumped. By the retention rules, "
    + (.count | counted("older snapshot"; "older snapshots"))
    + " would be removed at once. None was, and none will be before \(.after.moment + 7 * 86400 | day). If a "
    + "clock is wrong, correct it by then.";

def last_sentences:
  "By the retention rules, no snapshot from before this one would be left, so the newest of them, \(.kept.short), was "
  + "kept. The rules reach back less far than the time between two backups: add one such as --keep-last=7.";

def shrunk_sentences:
  "The source has shrunk by more than \(.percent) percent, from \(files_and_bytes(.files_before; .bytes_before)) to "
  + "\(files_and_bytes(.files_now; .bytes_now)), so something may be missing. "
  + (.count | counted("older snapshot that holds more is"; "older snapshots that hold more are"))
  + " kept whatever the rules are. See what is missing. If nothing is, accept the new size: backup.sh --accept-shrink.";

def unmeasured_sentences:
  (.count | counted("older snapshot does not say how much it holds, and is"; "older snapshots do not say how much they hold, and are"))
  + " kept whatever the rules are, because the source may have shrunk since. If it has not, say so: "
  + "backup.sh --accept-shrink.";

def sentences:
  if .code == "future" then future_sentences
  elif .code == "clock" then clock_sentences
  elif .code == "pause" then pause_sentences
  elif .code == "last" then last_sentences
  elif .code == "shrunk" then shrunk_sentences
  elif .code == "unmeasured" then unmeasured_sentences
  else error("no sentence for \(.code)")
  end;
