# The id of the newest complete snapshot of this host and path that has another path, too, empty if there is none.
# Input: list.json. Argument: further.
include "snapshots";
include "moments";

map(select(.mine and is_complete and (.paths | index([$further]) != null))) | last.id // ""
