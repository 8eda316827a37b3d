# A table of the snapshots that can be restored, oldest first.
# Input: the list, as snapshots.jq describes it.
# Arguments: path (BACKUP_PATH), now (seconds).
include "names-in-messages";
include "clock";
include "words";

def right($width): tostring | (" " * ($width - length) // "") + .;
def left($width): . + (" " * ($width - length) // "");

def marks:
  [if .partial then "partial: files are missing" else empty end,
   if .altered then "altered by a repair: files are missing" else empty end,
   if .future then "dated in the future: here it is \($now | clock_words)" else empty end,
   if .original != null and .summary == null and (.altered | not) then "written anew: what it held is not known" else empty end,
   if .superseded then "replaced by a copy of itself" else empty end,
   ((.paths - [$path]) | select(. != []) | "also \(join(", ") | without_controls)")]
  | map("  " + .) | join("");

def row($id; $time; $files; $size; $host):
  "\($id | left(8))  \($time | left(26)) \($files | right(9)) \($size | right(11))  \($host)";

input
| map(select(any(.paths[]; . == $path)))
| select(. != [])
| row("ID"; "TIME"; "FILES"; "SIZE"; "HOST"),
  (.[]
    | row(.short; .moment | clock_words; .summary.total_files_processed // "";
        (.summary.total_bytes_processed // "" | if . == "" then . else human_bytes end); .hostname | without_controls)
      + marks)
