# The last message of a running restic, empty if there is none. Input: the last line that it wrote to stderr, raw.
include "messages";

[messages[].text] | last // ""
