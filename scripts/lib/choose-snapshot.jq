# Chooses the snapshot that an operator means.
# Input: the list of snapshots, oldest first, as snapshots.jq describes them.
# Arguments: path (BACKUP_PATH), wanted ("latest", or the beginning of an id), until (seconds; "" if no time was asked
# for), now (seconds), altered (ids that turned out to be altered, separated by white space), elsewhere (the same of those that
# turned out not to hold the path itself), untouched (yes: rather snapshots that nothing has written anew, if there is one).
# Output: a line for each result of choose-snapshot.sh; the first is empty where none matches.
include "made";
include "names-in-messages";
include "clock";
include "words";

def is_good: (.partial or .altered or .future or .superseded or .elsewhere) | not;

def flaw:
  if .altered then "it was altered by a repair (restic repair snapshots): files are missing in it, or parts of files"
  elif .partial then "it is partial: files are missing that could not be read, or that changed, when it was made"
  elif .future then
    "it is dated in the future: the clock that dated it was ahead, or the one here, which shows \($now | clock_words), is behind"
  else ""
  end;

def in_short:
  [("partial", "altered", "future", "elsewhere") as $flaw | map(select(.[$flaw])) | select(. != [])
    | "\(length) \({partial: "partial", altered: "altered by a repair", future: "dated in the future",
        elsewhere: "made with a relative path"}[$flaw])"]
  | join(", ");

def remedy:
  if .elsewhere then "restic restore \(.short) --target /an/empty/directory brings back what it holds."
  else "restore.sh \(.short) restores it." end;

# By a clock that is behind, the newest backups look wrong. Input: what was passed over.
def doubt:
  (map(select(.future and (.partial or .altered or .elsewhere | not))) | last) as $whole
  | if any(.[]; .future) | not then ""
    else
      " The clock here shows \($now | clock_words): compare it with a watch."
      + (if $whole == null then ""
        elif $whole.id == last.id then " If it is behind, \($whole.short) may be the newest backup."
        else
          " If it is behind, \($whole.short) of \($whole.moment | clock_words) may be the newest complete backup: "
          + ($whole | remedy)
        end)
    end;

# What is newer than the chosen one, and was not chosen because something is wrong with it, or may be.
def passed_over($chosen):
  map(select(.mine and (.superseded | not) and .moment > $chosen.moment
    and ($until == "" or (.moment | floor) <= ($until | tonumber))))
  | (map(select(is_good | not)) | select(. != [])
      | "\(length | counted("newer snapshot was"; "newer snapshots were")) passed over (\(in_short)). "
        + "The newest of them is \(last.short) of \(last.moment | clock_words): \(last | remedy)" + doubt),
    (map(select(is_good)) | select(. != [])
      | "\(length | counted("newer snapshot was"; "newer snapshots were")) not looked at, because something has written "
        + "each of them anew, as those in which files are missing. The newest of them is \(last.short) of "
        + "\(last.moment | clock_words): \(last | remedy)");

# How old it is; where an earlier time was asked for, how far it is from that. Argument: all snapshots.
def age($all):
  ($until | if . == "" then $now else tonumber end) as $asked
  | if $asked < $now then [$asked - .moment, "the time that was asked for"] else
      [$now - .moment, if any($all[]; .mine and .future) then "now, if the clock here is right" else "now" end]
    end
  | if .[0] <= -1 then [-.[0], "after", .[1]] else [([0, .[0]] | max), "before", .[1]] end
  | "\(.[0] | duration_words) \(.[1]) \(.[2])";

# Without an id, only what is surely good.
def may_be_taken: .mine and is_good;

# Looking at each of the others costs an opening of the repository, and many have been looked at in vain.
def newest:
  (if $untouched == "yes" then map(select(.changed | not))[-1:] else [] end) as $preferred
  | if $preferred == [] then .[-1:] else $preferred end;

# Where the chosen one turns out to be damaged: what may be whole, of the same host.
def way_out($chosen):
  map(select(is_good and .hostname == $chosen.hostname and .id != $chosen.id))
  | (map(select(.moment <= $chosen.moment))[-1] // .[0])
  | if . == null then "Another snapshot may be whole: restore.sh --list shows them."
    else "Another snapshot may be whole. The next complete one is of \(.moment | clock_words): restore.sh \(.short). "
      + "restore.sh --list shows all."
    end;

def id_set: reduce scan("[0-9a-f]+") as $id ({}; .[$id] = true);
($altered | id_set) as $is_altered
| ($elsewhere | id_set) as $is_elsewhere
| input
| map(select(any(.paths[]; . == $path))
    | if $is_altered[.id] then .altered = true else . end | .elsewhere = ($is_elsewhere[.id] // false))
| . as $all
| (if $until != "" then map(select(may_be_taken and (.moment | floor) <= ($until | tonumber))) | newest
   elif $wanted == "latest" then map(select(may_be_taken)) | newest
   else map(select(.id | startswith($wanted)))
   end) as $matching
| ($matching[-1] // {id: "", paths: []}) as $chosen
| ($matching[:10] | map(.id) | join(" ")),
  $chosen.short // "",
  ($chosen | if .id == "" then "" else .moment | clock_words end),
  ($chosen | if .id == "" then "" else age($all) end),
  ($chosen.hostname // "" | without_controls),
  (if $chosen.changed then "yes" else "" end),
  (if $chosen.id != "" then $chosen | flaw
   elif any($all[]; .mine and .future) then "Some are dated in the future: the clock here shows \($now | clock_words)."
   else "" end),
  ($chosen | if .altered or .partial then "yes" else "" end),
  (if $chosen.id == "" or ($until == "" and $wanted != "latest") then "" else [$all | passed_over($chosen)] | join(" ") end),
  $chosen.summary.total_files_processed // "",
  $chosen.summary.total_bytes_processed // "",
  ($chosen | directories_when_made // ""),
  ($chosen.paths | length),
  ($all | way_out($chosen))
