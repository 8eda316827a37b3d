# Says that a snapshot is there, but not of BACKUP_PATH, and how it is brought back. Empty where none is.
# Input: the list of snapshots, as snapshots.jq describes them. Arguments: path (BACKUP_PATH), wanted (the beginning of an
# id).
include "names-in-messages";
include "clock";

def all_of_it: .paths as $paths | [. as $snapshot | $paths[] | . as $path | $snapshot | restore_command($path)] | join(", or: ");

# What BACKUP_PATH itself held, if it lies in what was backed up.
def part_of_it:
  select(any(.paths[]; . as $above | $path | startswith($above + "/")))
  | " For what it has of \($path | without_controls) only, run: restic restore \("\(.short):\($path)" | typed) --target /an/empty/directory";

def words:
  "Snapshot \(.short) of \(.moment | clock_words) is there, of host \(.hostname | without_controls), but not of BACKUP_PATH, "
  + "\($path | without_controls): it holds \(.paths | map(without_controls) | join(", ")). To restore that, run: \(all_of_it)."
  + (part_of_it // "");

[input[] | select(.id | startswith($wanted)) | words][:3] | join(" ")
