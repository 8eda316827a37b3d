# A word as it is typed in a shell. Input, raw: the word.
include "names-in-messages";

typed
