# What restic could not set: in the first line of how many files, then a line for each error.
# Input: what it wrote to stderr, as one string.
# Arguments: staging, target: a name below the one is shown below the other.
include "messages";
include "errors";

[messages | judged[] | select(.kind == "attribute")]
| (map(.item) | unique | length),
  (map("  \(.text | split($staging) | join($target))") | if length > 50 then .[:50] + ["  … and \(length - 50) more"] else . end | .[])
