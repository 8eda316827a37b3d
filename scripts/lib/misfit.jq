# The key that does not belong to the repository's config, empty if there is none. Input: what restic wrote to stderr, raw,
# as one string.
include "messages";

[messages[].text | capture("config or key (?<id>[0-9a-f]+) is damaged").id] | last // ""
