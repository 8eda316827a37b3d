# A text as a tag of a note. Argument: value.
include "snapshots";
include "moments";

$value | tag_word
