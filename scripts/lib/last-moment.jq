# The last moment that words can mean, in seconds since 1970; nothing where they mean none.
# Arguments: words. Input: none.
include "clock";

$words | last_moment
