# The snapshots that restic could not list, as the beginnings of their ids, joined by ", ".
# Input: what it wrote to stderr, as one string.
include "messages";

[messages[].text | select(test(" returned error, retrying after ") | not) | scan("[0-9a-f]{8,64}")[:8]] | unique | join(", ")
